/**
 * Where `actual` lacks something of `expected`; `null` where it has all of it. Objects may have
 * more keys, lists other than `/messages` may not have more entries, and `"*"` matches anything that is there.
 */
export function missing(expected: unknown, actual: unknown, path = ''): string | null {
  if (expected === '*') return actual === undefined ? `${path}: nothing there` : null;
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return `${path}: not a list`;
    // A conversation may go on; every other list is whole.
    if (actual.length !== expected.length && path !== '/messages') {
      return `${path}: ${actual.length} entries, not ${expected.length}`;
    }
    return first(expected.map((one, index) => missing(one, actual[index], `${path}/${index}`)));
  }
  if (typeof expected === 'object' && expected !== null) {
    if (typeof actual !== 'object' || actual === null) return `${path}: not an object`;
    return first(
      Object.entries(expected).map(([key, one]) =>
        missing(one, (actual as Record<string, unknown>)[key], `${path}/${key}`),
      ),
    );
  }
  return Object.is(expected, actual)
    ? null
    : `${path}: ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`;
}

function first(problems: readonly (string | null)[]): string | null {
  return problems.find((problem) => problem !== null) ?? null;
}

/** What a JSON pointer (RFC 6901) leads to; `undefined` where there is nothing. */
export function pointed(value: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], value);
}
