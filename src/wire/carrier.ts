import { isObject, nonEmpty } from './json.ts';

/** How every signature begins that the gateway itself gives to a thinking block. */
export const CARRIER_PREFIX = 'ccp1.';

/**
 * What a thinking block's signature carries. Claude Code keeps text and signature and sends both
 * back unchanged, which makes it the place for what an upstream wants to see again.
 */
export interface Carrier {
  /** Provider and model that thought. */
  readonly p: string;
  readonly m: string;
  /** The field that the text came in; absent where there was none. */
  readonly f?: string;
  /** OpenRouter's `reasoning_details`, whole. */
  readonly d?: readonly unknown[];
  /** Google's thought signatures by the client's tool call id. */
  readonly g?: Readonly<Record<string, string>>;
}

export function encodeCarrier(carrier: Carrier): string {
  return CARRIER_PREFIX + Buffer.from(JSON.stringify(carrier), 'utf8').toString('base64url');
}

/** `null` for any other signature, such as one of Anthropic's own. */
export function decodeCarrier(signature: unknown): Carrier | null {
  if (typeof signature !== 'string' || !signature.startsWith(CARRIER_PREFIX)) return null;
  try {
    const value: unknown = JSON.parse(
      Buffer.from(signature.slice(CARRIER_PREFIX.length), 'base64url').toString('utf8'),
    );
    if (!isObject(value)) return null;
    return {
      p: nonEmpty(value['p']) ?? '',
      m: nonEmpty(value['m']) ?? '',
      ...(Array.isArray(value['d']) ? { d: value['d'] as unknown[] } : {}),
      ...(isObject(value['g']) ? { g: value['g'] as Record<string, string> } : {}),
    };
  } catch {
    return null;
  }
}
