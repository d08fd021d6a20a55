import { expect, test } from 'bun:test';
import { PROVIDERS } from '../../src/providers/catalog.ts';
import { openaiChat } from '../../src/wire/openai-chat/index.ts';
import { ToolNames } from '../../src/wire/openai-chat/tool-names.ts';
import { CHAT_VENDORS } from '../support/chat-vendors/index.ts';
import { messagesOf } from '../support/chat-vendors/vendor.ts';
import { bodyOf, chatTarget, testCall, type Json } from '../support/openai-chat.ts';
import { assertChatRequest } from '../support/openai-schema.ts';
import { Random } from '../support/random.ts';
import { randomConversation, type ToolPair } from '../support/random-conversation.ts';

/** Names of tools as the upstream knows them, back in the client's words. */
const NAMES = new ToolNames();

/** Calls and their answers as the upstream sees them. */
function pairsOf(body: Json): ToolPair[] {
  const messages = messagesOf(body);
  return messages.flatMap((message, index) =>
    (message.tool_calls ?? []).map((call) => {
      const answer = messages
        .slice(index + 1)
        .find(({ role, tool_call_id: id }) => role === 'tool' && id === call.id);
      const text = String(answer?.content);
      return {
        name: call.function.name,
        input: JSON.parse(call.function.arguments) as Json,
        result: text.startsWith('[no result: interrupted]') ? null : text,
      };
    }),
  );
}

/** Templates of many models drop the ids: the order of results is that of the calls. */
function answersInOrder(body: Json): boolean {
  const ids = messagesOf(body).flatMap((one) => (one.tool_calls ?? []).map((call) => call.id));
  const answers = messagesOf(body).flatMap((one) => one.tool_call_id ?? []);
  return ids.join() === answers.join();
}

function check(seed: number, preset: string, model?: string): void {
  const { request, pairs, said } = randomConversation(new Random(seed));
  const target = chatTarget({ preset, ...(model === undefined ? {} : { model }) });
  const body = bodyOf(openaiChat.encode(testCall(request), target));
  const all = JSON.stringify(body);
  for (const text of said) expect(all).toContain(JSON.stringify(text).slice(1, -1));
  if (target.compat.tools) {
    const sent = pairsOf(body);
    expect(answersInOrder(body)).toBe(true);
    expect(sent.map(({ name, input }) => [name, input])).toEqual(
      pairs.map(({ name, input }) => [NAMES.toUpstream(name), input]),
    );
    for (const [index, { result }] of pairs.entries()) {
      const came = sent[index]?.result;
      expect(result === null ? came === null : came?.includes(result)).toBe(true);
    }
  }
  if (preset === 'openai') assertChatRequest(body);
  expect(CHAT_VENDORS[preset]?.().reject(body) ?? null).toBeNull();
}

const CHAT = PROVIDERS.filter((one) => one.endpoints['openai-chat']?.baseURL !== undefined);

test.each(CHAT.map(({ name }) => name))(
  'a conversation reaches %s with all that was said, and every call with its result',
  (preset) => {
    const model = CHAT_VENDORS[preset]?.().model;
    for (let seed = 1; seed <= 150; seed += 1) {
      try {
        check(seed, preset, model);
      } catch (cause) {
        throw new Error(`seed ${seed}`, { cause });
      }
    }
  },
);
