/** Values of the anthropic-messages flags that choose among several forms. */
export const ANTHROPIC_CHOICES = {
  signatures: ['checked', 'foreign', 'ignored'],
  systemMessages: ['as-sent', 'reminders'],
  thinkingConfig: ['as-sent', 'budget', 'disabled', 'none'],
  learns: ['everything', 'signatures'],
} as const;

type Choice<Key extends keyof typeof ANTHROPIC_CHOICES> = (typeof ANTHROPIC_CHOICES)[Key][number];

/**
 * What an upstream of the anthropic-messages format takes of the client's request. Anthropic itself
 * takes everything and gets the client's bytes; a row that says otherwise tells where it is known
 * from. Routes override these flags by `compat`, and refusals change them while the gateway runs.
 */
export interface AnthropicCompat {
  /**
   * What becomes of thinking that another model wrote. `checked`: the upstream verifies signatures
   * and answers 400 "Invalid `signature` in `thinking` block", so thinking without a signature, or
   * with one of this gateway's, is taken out (Anthropic, extended thinking guide). `foreign`: nobody
   * knows; thinking that carries one of this gateway's signatures is taken out. `ignored`: the
   * upstream reads thinking whoever signed it, and may insist on it; encrypted thinking is taken out.
   */
  readonly signatures: Choice<'signatures'>;
  /**
   * Takes the first system block that Claude Code writes for Anthropic's billing. Others would take
   * it for a part of the prompt, and where it changes it defeats their caches
   * (farion1231/cc-switch#2350).
   */
  readonly attribution: boolean;
  /**
   * What becomes of messages with the role `system` inside of the conversation, which Anthropic
   * takes since Claude Opus 4.8. `reminders`: they become `<system-reminder>` blocks in the user's
   * messages, the form that Claude Code itself falls back to.
   */
  readonly systemMessages: Choice<'systemMessages'>;
  /**
   * What becomes of `thinking`. `budget`: `adaptive` becomes `enabled` with `budget_tokens`.
   * `disabled`: it is switched off. `none`: the field is taken out.
   */
  readonly thinkingConfig: Choice<'thinkingConfig'>;
  /** Takes `output_config.effort` also where thinking is disabled (not DeepSeek). */
  readonly effortWithoutThinking: boolean;
  /** Takes `output_config.format`; else the schema is told in the system prompt. */
  readonly outputFormat: boolean;
  /**
   * Knows Anthropic's tool search: `defer_loading`, `tool_reference`, `tool_addition`. Else the
   * gateway sends exactly the tools that are loaded.
   */
  readonly toolSearch: boolean;
  /** Runs Anthropic's own tools, such as `web_search_20250305`; else they are taken out. */
  readonly serverTools: boolean;
  /** Takes `document` blocks; else text documents become text, and others a note. */
  readonly documents: boolean;
  /** Takes `anthropic-beta`; else the header is taken out. */
  readonly betas: boolean;
  /** `max_tokens` is cut to what the model is known to take. */
  readonly clampMaxTokens: boolean;
  /**
   * What is changed and sent again after a refusal that says what the upstream can't take.
   * `signatures`: only thinking of other models; the client is made for this API and mends the rest.
   */
  readonly learns: Choice<'learns'>;
  /**
   * Fields that the upstream rejects, as paths in its request, whatever its wire format; `*` stands
   * for every element of a list: `context_management`, `tools.*.strict`, `stream_options`.
   */
  readonly withoutFields: readonly string[];
  /** Values of `anthropic-beta` that the upstream rejects. */
  readonly withoutBetas: readonly string[];
}

/** An upstream of which nothing is known: what it can't take is learned from what it says. */
export const DEFAULT_ANTHROPIC_COMPAT: AnthropicCompat = {
  signatures: 'foreign',
  attribution: false,
  systemMessages: 'as-sent',
  thinkingConfig: 'as-sent',
  effortWithoutThinking: true,
  outputFormat: true,
  toolSearch: true,
  serverTools: true,
  documents: true,
  betas: true,
  clampMaxTokens: true,
  learns: 'everything',
  withoutFields: [],
  withoutBetas: [],
};
