import { inspect } from 'node:util';

/** RFC 9110, section 5.6.2. */
export const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** RFC 9110, section 5.5, without the obsolete bytes: visible characters, blanks between them. */
export const HEADER_VALUE = /^(?:[\x21-\x7e]+(?:[ \t]+[\x21-\x7e]+)*)?$/;

/** Framing and connection handling belong to the gateway (RFC 9110, section 7.6.1). */
export const RESERVED_HEADER =
  /^(?:connection|content-length|expect|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade)$/i;

/**
 * Headers whose values don't show in `JSON.stringify`, `inspect` and `console.log`: a route's
 * headers may carry a key. Reading, spreading and listing them work as with any object.
 */
export function hiddenHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const redacted = () => Object.fromEntries(Object.keys(headers).map((name) => [name, '[secret]']));
  return Object.defineProperties(
    { ...headers },
    {
      toJSON: { value: redacted },
      [inspect.custom]: { value: redacted },
    },
  );
}
