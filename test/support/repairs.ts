import { GatewayError } from '../../src/core/errors.ts';
import type { Target } from '../../src/providers/target.ts';
import { wireFormat } from '../../src/wire/index.ts';
import { JsonNode } from '../../src/wire/json-node.ts';
import { findRepairs, type Repair, type RepairRule } from '../../src/wire/repairs/repair.ts';
import { messagesCall } from './anthropic-messages.ts';
import type { Json } from './openai-chat.ts';

/** A request with something in it for every rule. */
export const RICH_REQUEST: Json = {
  model: 'm',
  max_tokens: 128_000,
  stream: true,
  temperature: 0.5,
  top_p: 0.9,
  top_k: 5,
  stop_sequences: ['STOP'],
  context_management: { edits: [] },
  thinking: { type: 'adaptive', display: 'omitted' },
  output_config: {
    effort: 'xhigh',
    format: { type: 'json_schema', schema: { type: 'object', properties: {} } },
  },
  system: 'be brief',
  tools: [
    { name: 'Bash', strict: true, defer_loading: false, input_schema: { type: 'object' } },
    { type: 'web_search_20250305', name: 'web_search' },
  ],
  tool_choice: { type: 'any', disable_parallel_tool_use: true },
  messages: [
    { role: 'user', content: 'q' },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'hmm', signature: 'foreign-1' },
        { type: 'tool_use', id: 't', name: 'Bash', input: {} },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'ok' }] },
  ],
};

/** The context that rules see after a refusal in these words. */
export function refused(target: Target, text: string, request: Json = RICH_REQUEST) {
  const call = messagesCall(JSON.stringify(request));
  const sent = JsonNode.parse(wireFormat(target.wire).encode(call, target).body);
  const problem = { text, code: '', type: '', status: undefined };
  return { call, target, sent, problem };
}

/** What is changed after a refusal in these words. */
export function repairsFor(target: Target, text: string, request?: Json): Repair[] {
  const { problem, ...context } = refused(target, text, request);
  const error = new GatewayError('upstream_bad_request', text);
  error.problem = problem;
  return findRepairs(wireFormat(target.wire).repairRules(target), error, context);
}

/** The one flag or fact that a rule is meant to change, for messages. */
export function ruleName({ vendor, sample }: RepairRule): string {
  return `${vendor}: ${sample.slice(0, 60)}`;
}
