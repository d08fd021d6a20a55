/** A count of tokens in few characters: `8k`, `205k`, `1M`, `1.5M`. */
export function formatTokens(count: number): string {
  if (count < 1000) return String(count);
  if (count < 999_500) return `${Math.round(count / 1000)}k`;
  return `${Math.round(count / 100_000) / 10}M`;
}

/** USD per million tokens: `$0.3 in, $1.2 out per million tokens`, or `free`. */
export function formatPrice({ input, output }: { input: number; output: number }): string {
  return input === 0 && output === 0 ? 'free' : `$${input} in, $${output} out per million tokens`;
}
