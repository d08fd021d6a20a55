import { createHash } from 'node:crypto';
import { words } from './anthropic.ts';
import type { EchoPlan } from './script.ts';

/** The plan as an OpenAI chat completion. */
export function openaiCompletion(plan: EchoPlan, model: string): Record<string, unknown> {
  return {
    ...envelope(plan, model, 'chat.completion'),
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: plan.text === '' ? null : plan.text,
          ...(plan.thinking === '' ? {} : { reasoning_content: plan.thinking }),
          ...(plan.toolCalls.length === 0 ? {} : { tool_calls: toolCalls(plan, model) }),
        },
        finish_reason: finishReason(plan),
      },
    ],
    usage: usage(plan),
  };
}

/** The frames of the completion's stream, one string each; text goes word by word. */
export function* openaiChunks(plan: EchoPlan, model: string): Generator<string> {
  const base = envelope(plan, model, 'chat.completion.chunk');
  const chunk = (delta: object, finish: string | null = null): string =>
    frame({ ...base, choices: [{ index: 0, delta, finish_reason: finish }] });
  yield chunk({ role: 'assistant', content: '' });
  if (plan.thinking !== '') yield chunk({ reasoning_content: plan.thinking });
  for (const word of words(plan.text)) yield chunk({ content: word });
  for (const [index, call] of toolCalls(plan, model).entries()) {
    const middle = Math.ceil(call.function.arguments.length / 2);
    const [head, tail] = [
      call.function.arguments.slice(0, middle),
      call.function.arguments.slice(middle),
    ];
    yield chunk({
      tool_calls: [{ index, ...call, function: { name: call.function.name, arguments: head } }],
    });
    yield chunk({ tool_calls: [{ index, function: { arguments: tail } }] });
  }
  yield chunk({}, finishReason(plan));
  yield frame({ ...base, choices: [], usage: usage(plan) });
  yield 'data: [DONE]\n\n';
}

function envelope(plan: EchoPlan, model: string, object: string): Record<string, unknown> {
  return { id: `chatcmpl-echo${seed(plan, model)}`, object, created: 0, model };
}

function toolCalls(plan: EchoPlan, model: string) {
  return plan.toolCalls.map(({ name, input }, index) => ({
    id: `call_echo${seed(plan, model)}${index}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }));
}

function seed(plan: EchoPlan, model: string): string {
  return createHash('sha256')
    .update(JSON.stringify([plan, model]))
    .digest('hex')
    .slice(0, 12);
}

function finishReason(plan: EchoPlan): string {
  return plan.toolCalls.length > 0 ? 'tool_calls' : 'stop';
}

function usage(plan: EchoPlan): Record<string, number> {
  return {
    prompt_tokens: plan.inputTokens,
    completion_tokens: plan.outputTokens,
    total_tokens: plan.inputTokens + plan.outputTokens,
  };
}

function frame(data: object): string {
  return `data: ${JSON.stringify(data)}\n\n`;
}
