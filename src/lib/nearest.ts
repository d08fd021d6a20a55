/** Longer names are no typing error, and the comparison's cost grows with the square. */
const LONGEST_NAME = 128;

/**
 * Damerau-Levenshtein distance in its optimal-string-alignment form: insertions, deletions,
 * replacements and swaps of neighbours, where no part is edited twice.
 */
export function editDistance(left: string, right: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row++) {
    const current = [row];
    for (let column = 1; column <= right.length; column++) {
      const same = left[row - 1] === right[column - 1];
      let cost = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped =
        row > 1 &&
        column > 1 &&
        left[row - 1] === right[column - 2] &&
        left[row - 2] === right[column - 1];
      if (swapped) cost = Math.min(cost, (beforePrevious[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[right.length] ?? 0;
}

/**
 * The candidates that a person who wrote `name` most likely meant, best first: up to one edit in
 * three characters, then those that `name` is the beginning of. Case is ignored.
 *
 * @param max at most so many names are returned
 */
export function nearestNames(name: string, candidates: readonly string[], max = 3): string[] {
  const wanted = name.toLowerCase();
  if (wanted === '' || wanted.length > LONGEST_NAME) return [];
  const scored: { candidate: string; score: number }[] = [];
  for (const candidate of new Set(candidates)) {
    const other = candidate.toLowerCase();
    const tolerance = Math.max(1, Math.floor(Math.max(wanted.length, other.length) / 3));
    const lengthsApart = Math.abs(wanted.length - other.length);
    const distance = lengthsApart > tolerance ? Infinity : editDistance(wanted, other);
    if (distance <= tolerance && distance < other.length) {
      scored.push({ candidate, score: distance });
    } else if (wanted.length >= 3 && other.startsWith(wanted)) {
      scored.push({ candidate, score: LONGEST_NAME + lengthsApart });
    }
  }
  return scored
    .sort((a, b) => a.score - b.score)
    .slice(0, max)
    .map(({ candidate }) => candidate);
}
