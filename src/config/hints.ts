import { nearestNames } from '../lib/nearest.ts';

/** Anything longer, or shaped like a key, is not repeated in a message. */
const SHOWABLE = /^[\w@:/+ .-]{1,64}$/;
const KEY_LIKE = /^(?:sk|pk|gsk|xai|key|ghp|bearer)[-_ ]|[A-Za-z0-9]{20}/i;

/** ` "value"` for a message; the empty string where the value might be a secret. */
export function quoted(value: string): string {
  return SHOWABLE.test(value) && !KEY_LIKE.test(value) ? ` "${value}"` : '';
}

/** `; did you mean "alias"?`, or nothing where no candidate is near. */
export function suggestion(name: string, candidates: readonly string[]): string {
  const [nearest] = nearestNames(name, candidates, 1);
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
}
