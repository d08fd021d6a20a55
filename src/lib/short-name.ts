/**
 * A short name that people can type for a model: the first letters of its words and all of its
 * digits. `deepseek-v4-flash` → `d4f`, `MiniMax-M2.5` → `mm25`, `openai/gpt-4o` → `g4o`.
 *
 * @param taken names that mean something already, in any case
 */
export function shortName(model: string, taken: Iterable<string>): string {
  const used = new Set([...taken].map((name) => name.toLowerCase()));
  const own = model.split('/').at(-1) ?? model;
  const words = own
    .replaceAll(/\./gu, '')
    .replaceAll(/([a-z])([A-Z])/gu, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
  const short = words.map(initial).join('').toLowerCase() || 'model';
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? short : `${short}-${count}`;
    if (!used.has(name)) return name;
  }
}

/** `flash` → `f`, `qwen3` → `q3`, `4o` → `4o`; of `v4` and `M25` the letter says nothing. */
function initial(word: string): string {
  const [, letters = '', digits = ''] = /^(\p{L}*)(\p{N}.*)?$/u.exec(word) ?? [];
  if (digits !== '' && letters.length === 1) return digits;
  return (letters[0] ?? '') + digits;
}
