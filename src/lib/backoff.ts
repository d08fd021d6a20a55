export interface BackoffOptions {
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

/**
 * How long to wait after the n-th failure: anything from 0 to twice as much as the time before
 * ("full jitter"), so that clients that failed together don't come back together.
 *
 * @param random gives a number from 0 to below 1
 */
export function backoffMs(
  failures: number,
  { baseDelayMs, maxDelayMs }: BackoffOptions,
  random: () => number,
): number {
  return random() * Math.min(maxDelayMs, baseDelayMs * 2 ** (failures - 1));
}
