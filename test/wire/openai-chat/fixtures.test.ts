import { describe, expect, test } from 'bun:test';
import type OpenAI from 'openai';
import type {
  AssistantMessage,
  ChatRequest,
  ChatResponseFormat,
  ChatTool,
  ChatToolChoice,
  SystemMessage,
  ToolMessage,
} from '../../../src/wire/openai-chat/chat.ts';
import { openaiChat } from '../../../src/wire/openai-chat/index.ts';
import { bodyOf, chatTarget, testCall, type Json } from '../../support/openai-chat.ts';
import { assertChatRequest } from '../../support/openai-schema.ts';

interface Recorded {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: Json;
}

const folder = new URL('../../fixtures/claude-code/', import.meta.url).pathname;
const recorded = await Promise.all(
  [...new Bun.Glob('*/*.json').scanSync(folder)].toSorted().map(async (name) => {
    const request = (await Bun.file(folder + name).json()) as Recorded;
    return { name, request };
  }),
);
const turns = recorded.filter(({ request }) => request.path.startsWith('/v1/messages?'));

describe('what Claude Code sends is a request that OpenAI accepts', () => {
  for (const { name, request } of turns) {
    for (const target of [
      chatTarget(),
      chatTarget({ preset: 'openai', model: 'gpt-4.1' }),
      chatTarget({ preset: 'openai', model: 'gpt-5.6' }),
      chatTarget({ preset: 'azure_openai', changes: { baseURL: 'https://x.openai.azure.com' } }),
    ]) {
      test(`${name} → ${target.provider.name}/${target.model}`, () => {
        const call = testCall(request.body ?? {}, request.headers);
        const body = bodyOf(openaiChat.encode(call, target));
        assertChatRequest(body);
        expect(JSON.stringify(body)).not.toContain('x-anthropic-billing-header');
        expect(JSON.stringify(body)).not.toContain('cache_control');
        expect(JSON.stringify(body)).not.toContain('device_id');
      });
    }
  }

  test('there are some', () => expect(turns.length).toBeGreaterThan(10));
});

/** The types agree too, but for the fields of other vendors. Only compiled, never run. */
export function typesAgree(
  request: Pick<ChatRequest, 'model' | 'stop' | 'temperature' | 'top_p' | 'max_tokens'>,
  system: SystemMessage,
  assistant: Omit<AssistantMessage, 'reasoning' | 'reasoning_content' | 'reasoning_details'>,
  tool: ToolMessage,
  tools: ChatTool[],
  choice: ChatToolChoice,
  format: ChatResponseFormat,
): unknown {
  return {
    ...request,
    messages: [system, assistant, tool],
    tools,
    tool_choice: choice,
    response_format: format,
    stream: true,
    stream_options: { include_usage: true },
  } satisfies OpenAI.ChatCompletionCreateParams;
}
