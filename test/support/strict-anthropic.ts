import type { Json, Rejection } from './chat-vendors/vendor.ts';
import type { ReplyContent } from './reply.ts';
import { anthropicEvents, anthropicMessage } from './vendor-anthropic.ts';

/** Anthropic's API with the checks that a conversation from elsewhere fails. */
export interface StrictAnthropic {
  reject(request: Json): Rejection | null;
  chunks(reply: ReplyContent, request: Json): string[];
  whole(reply: ReplyContent, request: Json): object;
}

interface Block extends Json {
  readonly type: string;
}

/**
 * https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking: a thinking block carries a
 * signature that only Anthropic can make; one that is empty or of somebody else is a 400.
 */
function* complaints(request: Json, issued: ReadonlySet<string>): Generator<string> {
  const messages = (request['messages'] ?? []) as { role: string; content: unknown }[];
  const ids = new Set<unknown>();
  for (const [at, { content }] of messages.entries()) {
    const blocks = Array.isArray(content) ? (content as Block[]) : [];
    for (const [index, block] of blocks.entries()) {
      const where = `messages.${at}.content.${index}`;
      if (block.type === 'thinking' && !issued.has(String(block['signature']))) {
        yield `${where}: Invalid \`signature\` in \`thinking\` block`;
      }
      if (block.type === 'text' && block['text'] === '') {
        yield 'messages: text content blocks must be non-empty';
      }
      if (block.type === 'tool_use') {
        const id = String(block['id']);
        if (!/^[a-zA-Z0-9_-]+$/u.test(id)) {
          yield `${where}.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'`;
        }
        if (ids.has(id)) yield `${where}: \`tool_use\` ids must be unique`;
        ids.add(id);
      }
      if (block.type === 'tool_result' && !ids.has(block['tool_use_id'])) {
        yield `${where}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${String(block['tool_use_id'])}`;
      }
    }
  }
}

/** Anthropic itself, which thinks before each reply and signs what it thought. */
export function strictAnthropic(): StrictAnthropic {
  const issued = new Set<string>();
  const sign = () => {
    const signature = `EqQB${Buffer.from(`signature ${issued.size} of Anthropic`).toString('base64')}`;
    issued.add(signature);
    return signature;
  };
  const thoughtful = (reply: ReplyContent, model: string) => {
    const message = anthropicMessage(reply, model) as { content: object[] };
    const thinking = { type: 'thinking', thinking: '', signature: sign() };
    return { ...message, content: [thinking, ...message.content] };
  };
  return {
    reject(request) {
      for (const message of complaints(request, issued)) {
        return {
          status: 400,
          body: { type: 'error', error: { type: 'invalid_request_error', message } },
        };
      }
      return null;
    },
    chunks: (reply, request) => anthropicEvents(reply, String(request['model']), sign()),
    whole: (reply, request) => thoughtful(reply, String(request['model'])),
  };
}
