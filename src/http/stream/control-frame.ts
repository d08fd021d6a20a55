/** A frame that is no request. */
export type ControlFrame =
  | { readonly type: 'auth'; readonly token: string }
  | { readonly type: 'cancel' };

/** Control frames are short; a request isn't parsed twice to look for one. */
const MAX_CHARS = 4096;

/** The control frame that a text is; `null`: it is a request, or nothing. */
export function readControlFrame(text: string): ControlFrame | null {
  if (text.length > MAX_CHARS) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { type, token } = value as Record<string, unknown>;
  if (type === 'cancel') return { type };
  if (type === 'auth') return { type, token: typeof token === 'string' ? token : '' };
  return null;
}
