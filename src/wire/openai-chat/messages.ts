import type { AssistantMessage, ChatMessage, ContentPart, ToolCall } from './chat.ts';
import { flattened } from '../flattened.ts';
import { contentParts, joinParts } from './content.ts';
import type { EncodeContext } from './context.ts';
import {
  asText,
  asObject,
  isObject,
  malformed,
  nonEmpty,
  stringify,
  type JsonObject,
} from '../json.ts';
import { readReasoning, replayReasoning } from './reasoning.ts';
import { UpstreamToolIds } from './tool-ids.ts';
import { ToolResults } from './tool-results.ts';
import { turnsOf, type Turn } from './turns.ts';

/**
 * The conversation in OpenAI's form. What OpenAI and others answer with 400 is repaired on the way:
 * results without a call, calls without a result, repeated ids, empty messages.
 *
 * @throws GatewayError `malformed_request` where there is no message at all.
 */
export function chatMessages(context: EncodeContext): ChatMessage[] {
  const ids = new UpstreamToolIds(context.compat.toolIds);
  const messages: ChatMessage[] = [];
  let results = new ToolResults([], context);
  for (const turn of turnsOf(context.request['messages'])) {
    if (turn.role === 'assistant') {
      results.write(messages);
      const { message, calls } = assistantMessage(turn, ids, context);
      if (message !== null) messages.push(message);
      results = new ToolResults(calls, context);
    } else {
      addUserTurn(turn, results, messages, context);
      results = new ToolResults([], context);
    }
  }
  results.write(messages);
  if (messages.length === 0) throw malformed('"messages" has no message with any content');
  continueReply(messages, context);
  return messages;
}

/** A call as the client and the upstream know it. */
export interface CallIds {
  readonly clientId: string;
  readonly upstreamId: string;
}

function assistantMessage(
  turn: Turn,
  ids: UpstreamToolIds,
  context: EncodeContext,
): { message: AssistantMessage | null; calls: CallIds[] } {
  const { compat, target } = context;
  const reasoning = readReasoning(turn.blocks, target.provider.name);
  const calls: CallIds[] = [];
  const toolCalls: ToolCall[] = [];
  for (const block of turn.blocks) {
    if (block['type'] !== 'tool_use' || !compat.tools) continue;
    const clientId = asText(block['id']);
    const upstreamId = ids.next(clientId);
    calls.push({ clientId, upstreamId });
    // Of parallel calls only the first one carries one.
    const standIn = toolCalls.length === 0 ? (compat.lostSignature ?? undefined) : undefined;
    const signature = compat.thoughtSignatures
      ? (reasoning.signatures.get(clientId) ?? standIn)
      : undefined;
    toolCalls.push({
      id: upstreamId,
      type: 'function',
      function: {
        name: context.names.toUpstream(asText(block['name'])),
        arguments: stringify(objectInput(block['input']), 'messages: a tool_use input is'),
      },
      ...(signature === undefined
        ? {}
        : { extra_content: { google: { thought_signature: signature } } }),
    });
  }
  const text = assistantText(turn.blocks, compat.tools);
  if (text === '' && toolCalls.length === 0) return { message: null, calls };
  const message: AssistantMessage = {
    role: 'assistant',
    content: text === '' && compat.nullContent ? null : text,
  };
  if (toolCalls.length > 0) message.tool_calls = toolCalls;
  replayReasoning(message, reasoning, compat);
  return { message, calls };
}

/** Chat templates take the arguments apart; what is no object, which no model sends, is put in one. */
function objectInput(input: unknown): JsonObject {
  if (isObject(input)) return input;
  return input === null || input === undefined ? {} : { input };
}

/**
 * All text of the turn as a plain string: some models imitate a list of parts. Blocks that follow
 * each other are one text; others are set apart.
 */
function assistantText(blocks: readonly JsonObject[], hasTools: boolean): string {
  let text = '';
  let afterText = false;
  for (const block of blocks) {
    const isText = block['type'] === 'text';
    const piece = isText ? (nonEmpty(block['text']) ?? '') : flattenedHistory(block, hasTools);
    if (piece !== '') text += text === '' || (afterText && isText) ? piece : `\n\n${piece}`;
    afterText = isText && piece !== '';
  }
  return text.trim() === '' ? '' : text;
}

function flattenedHistory(block: JsonObject, hasTools: boolean): string {
  if (block['type'] === 'tool_use' && !hasTools) {
    return `[called ${asText(block['name'])} ${stringify(block['input'], 'a tool_use input is')}]`;
  }
  const own = ['tool_use', 'thinking', 'redacted_thinking', 'fallback'];
  return own.includes(asText(block['type'])) ? '' : flattened(block);
}

/** First every tool result, which must directly follow the calls, then one user message. */
function addUserTurn(
  turn: Turn,
  results: ToolResults,
  messages: ChatMessage[],
  context: EncodeContext,
): void {
  const rest: ContentPart[] = [];
  for (const block of turn.blocks) {
    if (block['type'] !== 'tool_result') rest.push(...contentParts(block, context));
    else {
      const orphan = results.take(asObject(block));
      if (orphan !== null) rest.push(...orphan);
    }
  }
  const parts = [...results.write(messages), ...rest];
  if (parts.length === 0) return;
  if (!context.compat.userAfterTools && bridged(parts, messages)) return;
  messages.push({ role: 'user', content: joinParts(parts) });
}

/**
 * Keeps a user message off the tool results before it. The client's reminders go into the last
 * result, where Claude Code puts them for models that it knows; before anything else the assistant
 * says a few words. Returns whether there is nothing left to say.
 */
function bridged(parts: readonly ContentPart[], messages: ChatMessage[]): boolean {
  const last = messages.at(-1);
  if (last?.role !== 'tool') return false;
  const reminders = parts.every(
    (part) => part.type === 'text' && part.text.startsWith('<system-reminder>'),
  );
  if (!reminders) {
    messages.push({ role: 'assistant', content: 'I have read the results.' });
    return false;
  }
  const texts = parts.map((part) => (part.type === 'text' ? part.text : ''));
  messages[messages.length - 1] = { ...last, content: [last.content, ...texts].join('\n\n') };
  return true;
}

/**
 * A conversation that ends with the assistant asks for that text's continuation. Vendors have
 * different marks for it; without one, a short request does.
 */
function continueReply(messages: ChatMessage[], { compat }: EncodeContext): void {
  const last = messages.at(-1);
  if (last?.role !== 'assistant') return;
  if (compat.prefill === 'prefix') last.prefix = true;
  else if (compat.prefill === 'partial') last.partial = true;
  else messages.push({ role: 'user', content: 'Continue.' });
}
