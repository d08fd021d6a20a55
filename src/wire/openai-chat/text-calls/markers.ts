/** Whether a text begins as a call that was written as text does; `maybe`: more has to come. */
export type Verdict = 'no' | 'maybe' | 'yes';

/**
 * What only ever stands in a text where a server failed to take a call out of it: special tokens of
 * chat templates. They count anywhere outside of code.
 */
const TOKENS: readonly string[] = [
  // DeepSeek V3, R1, V3.1.
  '<｜tool▁calls▁begin｜>',
  '<｜tool▁call▁begin｜>',
  // DeepSeek V3.2 and V4, as written by several servers (lsdefine/GenericAgent#804).
  '<｜DSML｜',
  '<｜｜DSML｜｜',
  '<‖DSML‖',
  '<|DSML|',
  // Kimi K2.
  '<|tool_calls_section_begin|>',
  '<|tool_call_begin|>',
  // MiniMax (earendil-works/pi#368, ml-explore/mlx-lm#1416).
  '<minimax:tool_call>',
  ']<]minimax[>[<tool_call>',
  // LM Studio (lmstudio.ai/docs, "default tool use support").
  '[TOOL_REQUEST]',
  // Mistral, Llama 3.1.
  '[TOOL_CALLS]',
  '<|python_tag|>',
];

/** Tags that people write too: they count at the start of a line only. */
const TAGS: readonly string[] = [
  // Hermes, Qwen, GLM (anomalyco/opencode#26162).
  '<tool_call>',
  // Qwen3 Coder without its outer tag (vitali87/code-graph-rag#236).
  '<function=',
  '<function_calls>',
  '<invoke name=',
];

/** The first characters of all markers. */
export const MARKER_STARTS = '<[]';

export function markerAt(text: string, at: number, startsLine: boolean): Verdict {
  const rest = text.slice(at, at + 40);
  const markers = startsLine ? [...TOKENS, ...TAGS] : TOKENS;
  if (markers.some((marker) => rest.startsWith(marker))) return 'yes';
  return markers.some((marker) => marker.startsWith(rest)) ? 'maybe' : 'no';
}

const BARE =
  /^\s*(?:```(?:json|tool_call|tool_code)?\s*)?\{\s*"(?:name|type|function|tool|id|arguments|parameters)"/;
const BARE_BEGINNING =
  /^\s*(?:$|`{1,2}$|```(?:[a-z_]*$|(?:json|tool_call|tool_code)?\s*(?:$|\{\s*(?:$|"[a-z]*$)))|\{\s*(?:$|"[a-z]*$))/;

/** The same for JSON alone, in a code fence or not, with which a whole reply may begin. */
export function bareJSON(text: string): Verdict {
  if (BARE.test(text)) return 'yes';
  return BARE_BEGINNING.test(text) ? 'maybe' : 'no';
}
