/**
 * Shapes of keys and tokens, for text that comes from outside and may quote one: an upstream that
 * repeats the key it rejects, a header in an error message.
 */
const SECRET_SHAPES: readonly RegExp[] = [
  // Vendors' prefixes, whole or with the middle masked by dots or stars.
  /\b(?:sk|pk|rk|ak|gsk|xai|pplx|tgp|fw|key|hf|nvapi|csk)[-_][-_A-Za-z0-9.*…]{6,}/g,
  // Google's keys, and JSON web tokens.
  /\bAIza[-_A-Za-z0-9]{20,}|\beyJ[-_A-Za-z0-9]{8,}(?:\.[-_A-Za-z0-9]+){1,2}/g,
  // Zhipu's keys: id and secret with a dot between.
  /\b[0-9a-f]{32}\.[A-Za-z0-9]{8,}\b/g,
  /\b(?:Bearer|Basic)\s+[-_A-Za-z0-9.~+/=]{8,}/gi,
];

/** The text with everything that looks like a key or token taken out. */
export function redact(text: string): string {
  return SECRET_SHAPES.reduce((result, shape) => result.replaceAll(shape, '[redacted]'), text);
}
