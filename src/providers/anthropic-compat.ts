/** Values of the anthropic-messages flags that choose among several forms. */
export const ANTHROPIC_CHOICES = {
  signatures: ['checked', 'foreign', 'ignored'],
} as const;

type Choice<Key extends keyof typeof ANTHROPIC_CHOICES> = (typeof ANTHROPIC_CHOICES)[Key][number];

/**
 * What an upstream of the anthropic-messages format takes of the client's request. Anthropic itself
 * takes everything and gets the client's bytes; a flag that says otherwise tells where it is known
 * from. Routes override them by `compat`.
 */
export interface AnthropicCompat {
  /**
   * What becomes of thinking that another model wrote. `checked`: the upstream verifies signatures
   * and answers 400 "Invalid `signature` in `thinking` block", so thinking without a signature, or
   * with one of this gateway's, is taken out (Anthropic, extended thinking guide). `foreign`: nobody
   * knows; thinking that carries one of this gateway's signatures is taken out. `ignored`: the
   * upstream reads thinking whoever signed it, and may insist on it.
   */
  readonly signatures: Choice<'signatures'>;
}

/** An upstream of which nothing is known: the client's bytes, and what it can't take is learned. */
export const DEFAULT_ANTHROPIC_COMPAT: AnthropicCompat = {
  signatures: 'foreign',
};
