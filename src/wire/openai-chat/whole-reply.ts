import { GatewayError } from '../../core/errors.ts';
import type { AnthropicEvent } from '../../core/messages.ts';
import { SseParser } from '../sse.ts';
import { argumentText } from './arguments.ts';
import type { EncodeContext } from './context.ts';
import { upstreamName } from '../errors/explain.ts';
import { errorFrom, errorInReply } from './errors.ts';
import { asObject, isObject, objects, type JsonObject } from '../json.ts';
import type { ReplyMachine } from './reply-machine.ts';

/**
 * A whole reply through the same machine as a stream, so that both give the same message. Takes a
 * completion as JSON, and the events of a stream for requests that are always sent as one.
 *
 * @throws GatewayError where the reply is an error, incomplete, or no completion at all.
 */
export function wholeReplyEvents(
  bytes: Uint8Array,
  context: EncodeContext,
  machine: ReplyMachine,
): AnthropicEvent[] {
  const text = new TextDecoder().decode(bytes).trimStart();
  if (/^(?:data|event|id|retry)?:/.test(text)) return streamedEvents(bytes, context, machine);
  const reply = parseReply(text, context);
  const error = errorInReply(reply, context);
  if (error !== null) throw error;
  const [choice] = objects(reply['choices']);
  if (choice === undefined) throw notACompletion(context);
  const events = machine.push({ ...reply, choices: [withIndices(choice)] });
  return [...events, ...machine.done()];
}

function streamedEvents(
  bytes: Uint8Array,
  context: EncodeContext,
  machine: ReplyMachine,
): AnthropicEvent[] {
  const parser = new SseParser();
  const events: AnthropicEvent[] = [];
  for (const { event, data } of [...parser.push(bytes), ...parser.end()]) {
    if (data.trim() === '[DONE]') {
      events.push(...machine.done());
      continue;
    }
    const value = tryParse(data);
    if (event === 'error') throw errorFrom(value ?? { error: data }, context);
    if (isObject(value)) events.push(...machine.push(value));
  }
  return [...events, ...machine.end()];
}

/** In a whole message the position of a call is its index, and its arguments may be an object. */
function withIndices(choice: JsonObject): JsonObject {
  const message = asObject(choice['message'] ?? choice['delta']);
  const calls = objects(message['tool_calls']).map((call, index) => {
    const fields = asObject(call['function']);
    const args = onceEncoded(argumentText(fields['arguments']));
    const { id, extra_content } = call;
    return { id, index, extra_content, function: { name: fields['name'], arguments: args } };
  });
  // The older completions endpoint, which some proxies answer with.
  const text = typeof choice['text'] === 'string' ? { content: choice['text'] } : {};
  return { ...choice, index: 0, delta: { ...text, ...message, tool_calls: calls } };
}

/** Some servers encode the arguments twice. */
function onceEncoded(text: string): string {
  const value = text.startsWith('"') ? tryParse(text) : undefined;
  return typeof value === 'string' ? value : text;
}

function parseReply(text: string, context: EncodeContext): JsonObject {
  const value = tryParse(text);
  if (Array.isArray(value)) throw errorFrom(value, context);
  if (!isObject(value)) throw notACompletion(context);
  return value;
}

function notACompletion(context: EncodeContext): GatewayError {
  return new GatewayError(
    'malformed_reply',
    `${upstreamName(context.target)} answered with something that is not a chat completion. ` +
      `Check that ${context.target.baseURL} speaks OpenAI's format.`,
  );
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
