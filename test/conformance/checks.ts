import { expect } from 'bun:test';
import { openaiChat } from '../../src/wire/openai-chat/index.ts';
import { errorEnvelope, type GatewayError } from '../../src/core/errors.ts';
import {
  ASK,
  bodyOf,
  chatTarget,
  decodeStream,
  testCall,
  type Json,
  type StreamResult,
} from '../support/openai-chat.ts';
import { VECTORS, type Vector } from './vectors.ts';

type Messages = readonly Json[];

export interface RequestOutcome {
  readonly body: Json;
  readonly messages: Messages;
  readonly raw: string;
}
export interface ErrorOutcome {
  readonly error: GatewayError;
  readonly requestId: string;
}

/** The words of one vector → what holds them. A word without an entry fails its vector. */
export type Checks<Outcome> = Readonly<
  Record<string, Readonly<Record<string, (outcome: Outcome, vector: Vector) => void>>>
>;

const tools = (body: Json) => (body['tools'] ?? []) as { function: Json }[];
const names = (body: Json) => tools(body).map((tool) => tool.function['name']);
const withRole = (messages: Messages, role: string) =>
  messages.filter((message) => message['role'] === role);
const reply = (message: Json) => message['content'] as Json[];
const ofType = (message: Json, type: string) =>
  reply(message).filter((block) => block['type'] === type);

export const REQUEST_CHECKS: Checks<RequestOutcome> = {
  req_mid_conversation_system_first_turn: {
    "text '# Environment\\ncwd /x' is present inside <system-reminder> in a user-role message after 'q' (same message or next)":
      ({ messages }) => {
        const users = withRole(messages, 'user').map((message) => message['content']);
        expect(users.join('\n')).toMatch(
          /^q\s+<system-reminder>\n# Environment\ncwd \/x\n<\/system-reminder>$/,
        );
      },
    'no message with role system after index 0': ({ messages }) => {
      expect(withRole(messages.slice(1), 'system')).toEqual([]);
    },
    'not dropped': ({ raw }) => expect(raw).toContain('# Environment'),
  },
  req_empty_assistant_dropped: {
    'no assistant message with empty content and no tool_calls is sent': ({ messages }) => {
      for (const message of withRole(messages, 'assistant')) {
        expect(Boolean(message['content']) || message['tool_calls'] !== undefined).toBe(true);
      }
    },
  },
  req_image_no_vision_model: {
    'no image_url part': ({ raw }) => expect(raw).not.toContain('image_url'),
    "a short '[image omitted...]' text is sent": ({ raw }) => {
      expect(raw).toMatch(/\[image omitted[^\]]{0,60}\]/);
    },
  },
  req_tool_result_error_and_empty: {
    "tool a content contains 'boom' and marks an error": ({ messages }) => {
      const [a] = withRole(messages, 'tool');
      expect(a?.['tool_call_id']).toBe('a');
      expect(a?.['content']).toBe('Error: boom');
    },
    'tool b content is a non-empty string': ({ messages }) => {
      const [, b] = withRole(messages, 'tool');
      expect(b?.['tool_call_id']).toBe('b');
      expect(b?.['content']).toBe('(no output)');
    },
  },
  req_orphan_tool_result: {
    'no role tool message': ({ messages }) => expect(withRole(messages, 'tool')).toEqual([]),
    "'late' still reaches the model as user text": ({ messages }) => {
      expect(withRole(messages, 'user')[0]?.['content']).toBe('[tool result zz] late\n\ngo');
    },
  },
  req_unanswered_tool_use: {
    'a tool message for id a is synthesised directly after the assistant message': ({
      messages,
    }) => {
      const at = messages.findIndex((message) => message['role'] === 'assistant');
      expect(messages[at + 1]).toMatchObject({ role: 'tool', tool_call_id: 'a' });
      expect(messages[at + 2]).toEqual({ role: 'user', content: 'stop' });
    },
  },
  req_unparsed_tool_input_history: {
    'arguments is valid JSON text': ({ messages }) => {
      const calls = withRole(messages, 'assistant')[0]?.['tool_calls'] as { function: Json }[];
      const args: unknown = JSON.parse(String(calls[0]?.function['arguments']));
      expect(args).toEqual({ __unparsedToolInput: { raw: '{"command":"echo A', len: 18 } });
    },
  },
  req_tool_schema_cleanup: {
    "parameters.type is 'object', never 'custom'": ({ body }) => {
      for (const tool of tools(body)) {
        expect((tool.function['parameters'] as Json)['type']).toBe('object');
      }
    },
    'description is a string or absent': ({ body }) => {
      for (const tool of tools(body)) {
        expect(typeof (tool.function['description'] ?? '')).toBe('string');
      }
    },
  },
  req_deferred_tools_filtered: {
    'only ToolSearch is sent': ({ body }) => expect(names(body)).toEqual(['ToolSearch']),
    'no defer_loading key': ({ raw }) => expect(raw).not.toContain('defer_loading'),
  },
  req_tool_reference_loads_tool: {
    'tools sent are exactly ToolSearch and WebFetch': ({ body }) => {
      expect(names(body)).toEqual(['ToolSearch', 'WebFetch']);
    },
    'tool message content is a string naming WebFetch': ({ messages }) => {
      expect(withRole(messages, 'tool')[0]?.['content']).toBe('Tool loaded: WebFetch');
    },
  },
  req_metadata_user_id_not_forwarded: {
    'any user/safety_identifier/prompt_cache_key sent is <= 64 chars': ({ body }, vector) => {
      for (const preset of ['openai', 'kimi', 'openrouter']) {
        const headers = { 'x-claude-code-session-id': 's'.repeat(100) };
        const call = testCall(vector.input, headers);
        const sent = bodyOf(openaiChat.encode(call, chatTarget({ preset })));
        expect(sent['prompt_cache_key'] ?? sent['session_id']).toBe('s'.repeat(64));
        expect(sent).not.toHaveProperty('user');
        expect(sent).not.toHaveProperty('safety_identifier');
      }
      expect(body).not.toHaveProperty('prompt_cache_key');
    },
  },
  req_kimi_redacted_thinking_placeholder: {
    'assistant reasoning_content is a non-empty placeholder': ({ messages }) => {
      const text = withRole(messages, 'assistant')[0]?.['reasoning_content'];
      expect(typeof text === 'string' && text.length > 0).toBe(true);
    },
    "'zzz' is not sent": ({ raw }) => expect(raw).not.toContain('zzz'),
  },
};

export const RESPONSE_CHECKS: Checks<readonly Json[]> = {
  resp_arguments_variants: {
    'three tool_use blocks with inputs {command:1}, {} and {command:2}': ([message]) => {
      expect(ofType(message!, 'tool_use').map((block) => block['input'])).toEqual([
        { command: '1' },
        {},
        { command: '2' },
      ]);
    },
    'no empty text block': ([message]) => expect(ofType(message!, 'text')).toEqual([]),
  },
  resp_duplicate_tool_ids: {
    'two tool_use blocks with different ids matching ^[a-zA-Z0-9_-]+$': ([message]) => {
      const ids = ofType(message!, 'tool_use').map((block) => String(block['id']));
      expect(ids).toHaveLength(2);
      expect(new Set(ids).size).toBe(2);
      for (const id of ids) expect(id).toMatch(/^[a-zA-Z0-9_-]+$/);
    },
  },
  resp_usage_cache_shapes: {
    '[0] input 30 cache_read 60 cache_creation 10': (messages) => {
      expect(messages[0]?.['usage']).toMatchObject({
        input_tokens: 30,
        cache_read_input_tokens: 60,
        cache_creation_input_tokens: 10,
      });
    },
    '[1] input 40 cache_read 60': (messages) => {
      expect(messages[1]?.['usage']).toMatchObject({
        input_tokens: 40,
        cache_read_input_tokens: 60,
      });
    },
    '[2] input 40 cache_read 60': (messages) => {
      expect(messages[2]?.['usage']).toMatchObject({
        input_tokens: 40,
        cache_read_input_tokens: 60,
      });
    },
    '[3] input 0 (clamped), cache_read 60': (messages) => {
      expect(messages[3]?.['usage']).toMatchObject({
        input_tokens: 0,
        cache_read_input_tokens: 60,
      });
    },
  },
  resp_refusal_and_content_parts: {
    "texts 'a' and 'no' both present": ([message]) => {
      const text = ofType(message!, 'text').map((block) => block['text']);
      expect(text.join('')).toBe('ano');
    },
  },
};

const joinedInput = (result: StreamResult): unknown =>
  ofType(result.message, 'tool_use')[0]?.['input'];
const last = (result: StreamResult) => result.visible.at(-1);

export const STREAM_CHECKS: Checks<StreamResult> = {
  st_interleaved_parallel_tools: {
    // The grammar itself, held on every stream.
    'every delta lies between start and stop of its index': ({ visible }) => {
      expect(
        visible.filter((event) => event.type === 'content_block_delta').length,
      ).toBeGreaterThan(1);
    },
    'block order a then b': ({ message }) => {
      expect(ofType(message, 'tool_use').map((block) => block['input'])).toEqual([
        { command: 'A' },
        { command: 'B' },
      ]);
    },
  },
  st_ollama_all_index_0: {
    'two tool_use blocks': ({ message }) => expect(ofType(message, 'tool_use')).toHaveLength(2),
    'stop_reason tool_use': ({ message }) => expect(message['stop_reason']).toBe('tool_use'),
  },
  st_bytes_split_everywhere_7: {
    "concatenated partial_json parses to {t:'héllo 你好 🎉你\\n'}": (result) => {
      expect(joinedInput(result)).toEqual({ t: 'héllo 你好 🎉你\n' });
    },
    'no U+FFFD': ({ text }) => expect(text).not.toContain('\uFFFD'),
  },
  st_bytes_split_every_byte: {
    'identical events to st_bytes_split_everywhere_7': ({ visible }) => {
      const other = VECTORS.find((one) => one.name === 'st_bytes_split_everywhere_7');
      const chunks = (other!.input['chunks_b64'] as string[]).map((one) =>
        Buffer.from(one, 'base64'),
      );
      expect(visible).toEqual(decodeStream(chunks).visible);
    },
  },
  st_args_split_mid_escape: {
    "joined args parse to {t:'a\"bé'}": (result) => {
      expect(joinedInput(result)).toEqual({ t: 'a"bé' });
    },
  },
  st_usage_x_groq: {
    'usage 100/20': ({ message }) => {
      expect(message['usage']).toMatchObject({ input_tokens: 100, output_tokens: 20 });
    },
  },
  st_connection_reset_mid_tool: {
    'text block 0 is complete (start..stop)': ({ visible }) => {
      const ofFirst = visible.filter((event) => 'index' in event && event.index === 0);
      expect(ofFirst.map((event) => event.type)).toEqual([
        'content_block_start',
        'content_block_delta',
        'content_block_stop',
      ]);
    },
    'error event, no stop_reason tool_use': (result) => {
      expect(last(result)).toMatchObject({ type: 'error', error: { type: 'api_error' } });
      expect(result.message['stop_reason']).toBeNull();
    },
    // The decoder's part: it is done, and takes nothing more.
    'upstream released': ({ transform }) => {
      expect(transform.state).toBe('failed');
      expect(transform.push(Buffer.from('data: [DONE]\n\n'))).toHaveLength(0);
      expect(transform.end()).toHaveLength(0);
    },
  },
  st_error_mid_stream_vllm_shape: {
    "error event api_error 'CUDA OOM'": (result) => {
      expect(last(result)).toMatchObject({ type: 'error', error: { type: 'api_error' } });
      expect(result.transform.error?.message).toContain('CUDA OOM');
    },
  },
  st_finish_network_error: {
    'error event, not end_turn': (result) => {
      expect(last(result)).toMatchObject({ type: 'error' });
      expect(result.text).not.toContain('end_turn');
    },
    'same for insufficient_system_resource': (_result, vector) => {
      const text = String(vector.input['sse']).replace(
        'network_error',
        'insufficient_system_resource',
      );
      const result = decodeStream([text]);
      expect(last(result)).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } });
      expect(result.text).not.toContain('end_turn');
    },
  },
  st_content_filter_refusal: {
    'stop_reason refusal, message_stop sent': (result) => {
      expect(result.message['stop_reason']).toBe('refusal');
      expect(last(result)).toEqual({ type: 'message_stop' });
    },
  },
  st_gemini_thought_signature: {
    "next request's tool_calls[0].extra_content.google.thought_signature == SIG": ({ message }) => {
      const [call] = ofType(message, 'tool_use');
      const next = {
        ...ASK,
        messages: [
          { role: 'user', content: 'hi' },
          { role: 'assistant', content: message['content'] },
          {
            role: 'user',
            content: [{ type: 'tool_result', tool_use_id: call?.['id'], content: 'ok' }],
          },
        ],
      };
      const body = bodyOf(openaiChat.encode(testCall(next), chatTarget({ preset: 'gemini' })));
      const assistant = withRole(body['messages'] as Messages, 'assistant')[0];
      expect((assistant!['tool_calls'] as Json[])[0]?.['extra_content']).toEqual({
        google: { thought_signature: 'SIG' },
      });
    },
  },
  st_infinite_whitespace_args: {
    'aborts with an error event after >500 consecutive whitespace chars': (result) => {
      expect(last(result)).toMatchObject({ type: 'error', error: { type: 'api_error' } });
      expect(result.transform.error?.kind).toBe('malformed_reply');
    },
  },
};

export const ERROR_CHECKS: Checks<ErrorOutcome> = {
  err_ctx_no_numbers_groq: {
    'first number > second': ({ error }) => {
      const [, input, limit] = /(\d+) tokens > (\d+)/.exec(error.message) ?? [];
      expect(Number(input)).toBeGreaterThan(Number(limit));
    },
  },
  err_ctx_output_part_vllm: {
    // The first of the two ways: the client asks again with less, by these words.
    'or the proxy itself retried once with max_tokens 10072 and succeeded': ({ error }) => {
      expect(error.message).toMatch(/decrease input length or `max_tokens` and try again/);
    },
  },
  err_401_upstream_key: {
    'message names the provider and contains no key material': ({ error }) => {
      expect(error.message).toContain('Kimi');
      expect(error.message).toContain('my-route');
      expect(error.message).not.toMatch(/sk-|abc|xyz/);
    },
  },
  err_envelope_and_request_id: {
    "body.type=='error'": ({ error, requestId }) => {
      expect(errorEnvelope(error, requestId).type).toBe('error');
    },
    // The header of the same value is the HTTP layer's.
    'body.request_id equals header request-id, starts req_': ({ error, requestId }) => {
      expect(errorEnvelope(error, requestId).request_id).toBe(requestId);
      expect(requestId).toStartWith('req_');
    },
  },
};
