import { SCENARIOS, STAMP_DIGITS } from './scenarios.ts';

/** The formats that the mock upstream speaks, by the end of the path. */
export type Format = 'anthropic' | 'openai';

const STREAM_HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n' +
  'cache-control: no-cache\r\nrequest-id: req_bench\r\ntransfer-encoding: chunked\r\n\r\n';

const LAST_CHUNK = '0\r\n\r\n';
const SENTENCE = ' the quick brown fox';

/** Everything that the mock writes, ready as bytes. */
export interface Payloads {
  /** The whole answer of `json`. */
  readonly json: Buffer;
  /** Head and opening events of a stream, before its first text. */
  readonly open: Buffer;
  /** Closing events and the end of the body. */
  readonly close: Buffer;
  /** One text event with a stamp of zeros, and where the stamp stands in it. */
  readonly stamped: Buffer;
  readonly stampAt: number;
  /** Text events, each a chunk of HTTP with a number of its own. */
  readonly texts: readonly Buffer[];
  /** All of them with opening and end. */
  readonly bulk: Buffer;
}

export const PAYLOADS: Readonly<Record<Format, Payloads>> = {
  anthropic: build('anthropic'),
  openai: build('openai'),
};

function build(format: Format): Payloads {
  const { opening, text, closing, message } = format === 'anthropic' ? anthropic() : openai();
  const open = STREAM_HEAD + opening.map(chunk).join('');
  const close = closing.map(chunk).join('') + LAST_CHUNK;
  const texts = Array.from({ length: SCENARIOS.bulk.events }, (_, index) =>
    Buffer.from(chunk(text(`~${String(index).padStart(5, '0')}${SENTENCE}`))),
  );
  const stamped = Buffer.from(chunk(text(`~${'0'.repeat(STAMP_DIGITS)}${SENTENCE}`)));
  return {
    json: Buffer.from(
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nrequest-id: req_bench\r\n' +
        `content-length: ${message.length}\r\n\r\n${message}`,
    ),
    open: Buffer.from(open),
    close: Buffer.from(close),
    stamped,
    stampAt: stamped.indexOf('~') + 1,
    texts,
    bulk: Buffer.concat([Buffer.from(open), ...texts, Buffer.from(close)]),
  };
}

/** One event as one chunk of HTTP, as servers that flush every event send it. */
function chunk(frame: string): string {
  return `${Buffer.byteLength(frame).toString(16)}\r\n${frame}\r\n`;
}

interface Frames {
  readonly opening: readonly string[];
  readonly text: (text: string) => string;
  readonly closing: readonly string[];
  readonly message: string;
}

function anthropic(): Frames {
  const frame = (event: { readonly type: string; readonly [key: string]: unknown }): string =>
    `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
  const message = {
    id: 'msg_bench',
    type: 'message',
    role: 'assistant',
    model: 'bench',
    content: [] as unknown[],
    stop_reason: null as string | null,
    stop_sequence: null,
    usage: { input_tokens: 1200, output_tokens: 1 },
  };
  return {
    opening: [
      frame({ type: 'message_start', message }),
      frame({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
    ],
    text: (text) =>
      frame({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
    closing: [
      frame({ type: 'content_block_stop', index: 0 }),
      frame({
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: 200 },
      }),
      frame({ type: 'message_stop' }),
    ],
    message: JSON.stringify({
      ...message,
      content: [{ type: 'text', text: `~${SENTENCE}` }],
      stop_reason: 'end_turn',
    }),
  };
}

function openai(): Frames {
  const head = { id: 'chatcmpl-bench', created: 1_700_000_000, model: 'bench' };
  const usage = { prompt_tokens: 1200, completion_tokens: 200, total_tokens: 1400 };
  const data = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
  const delta = (content: object, finish: string | null): string =>
    data({
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta: content, logprobs: null, finish_reason: finish }],
    });
  return {
    opening: [delta({ role: 'assistant', content: '' }, null)],
    text: (content) => delta({ content }, null),
    closing: [
      delta({}, 'stop'),
      data({ ...head, object: 'chat.completion.chunk', choices: [], usage }),
      'data: [DONE]\n\n',
    ],
    message: JSON.stringify({
      ...head,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: `~${SENTENCE}` },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage,
    }),
  };
}
