import { requestCase } from './requests.ts';
import { streamCase } from './streams.ts';

export type CaseKind = 'stream' | 'request';

export interface FuzzOptions {
  readonly seed: number;
  /** How many mutated bytes go through the stream decoders. */
  readonly bytes: number;
  /** How many mutated bodies go through the encoders. */
  readonly requests: number;
  /** Stops after so many failures. */
  readonly maxFailures?: number;
  readonly onProgress?: (done: string) => void;
}

interface Failure {
  readonly kind: CaseKind;
  /** Gives this very case again, by itself. */
  readonly seed: number;
  readonly error: unknown;
}

export interface FuzzResult {
  readonly streams: number;
  readonly bytes: number;
  readonly requests: number;
  readonly failures: readonly Failure[];
}

/** How many cases pass before promises that were rejected can show. */
const BREATH = 500;

/** Every seed of a run is one case; runs with neighbouring seeds share none. */
const CASES_PER_SEED = 10_000_000;

/** Runs one case; throws what it fails with. Returns the bytes of a stream. */
export function runCase(kind: CaseKind, seed: number): number {
  if (kind === 'stream') return streamCase(seed);
  requestCase(seed);
  return 0;
}

/** Runs mutated streams and requests until there were enough of each. Never throws. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { seed, maxFailures = 5, onProgress = () => {} } = options;
  const failures: Failure[] = [];
  const attempt = (kind: CaseKind, caseSeed: number): number => {
    try {
      return runCase(kind, caseSeed);
    } catch (error) {
      failures.push({ kind, seed: caseSeed, error });
      return 1;
    }
  };
  let bytes = 0;
  let streams = 0;
  while (bytes < options.bytes && failures.length < maxFailures) {
    bytes += attempt('stream', seed * CASES_PER_SEED + streams);
    streams += 1;
    if (streams % BREATH === 0) {
      onProgress(`${bytes} bytes in ${streams} streams`);
      await Bun.sleep(0);
    }
  }
  let requests = 0;
  while (requests < options.requests && failures.length < maxFailures) {
    attempt('request', seed * CASES_PER_SEED + requests);
    requests += 1;
    if (requests % BREATH === 0) {
      onProgress(`${requests} requests`);
      await Bun.sleep(0);
    }
  }
  return { streams, bytes, requests, failures };
}
