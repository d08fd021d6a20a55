import type { Reply } from '../../src/upstream/attempt.ts';
import { send } from '../../src/upstream/send.ts';
import { testAttempt } from './attempt.ts';
import { FakeClock } from './fake-clock.ts';
import { parseEvents } from './grammar.ts';
import { ASK, chatTarget, testCall, type Json } from './openai-chat.ts';

const EVENT_STREAM = { 'content-type': 'text/event-stream' };

/** An upstream that the test plays by hand, and the reply that comes of it. */
export function stage(request: Json = ASK, target = chatTarget({ preset: 'kimi' })) {
  const clock = new FakeClock();
  let upstream!: ReadableStreamDefaultController<Uint8Array>;
  let signal!: AbortSignal;
  const requests: unknown[] = [];
  const reply = send(testAttempt({ call: testCall(request), target }), {
    clock,
    timeouts: { connectMs: 10_000, firstByteMs: 300_000, idleMs: 280_000 },
    transportFor: () => (exchange) => {
      requests.push(exchange);
      ({ signal } = exchange);
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          upstream = controller;
          signal.addEventListener('abort', () => controller.error(signal.reason));
        },
      });
      return Promise.resolve(new Response(body, { headers: EVENT_STREAM }));
    },
  });
  const state = { settled: false };
  const settle = (): void => {
    state.settled = true;
  };
  reply.then(settle, settle);
  return {
    clock,
    reply,
    requests,
    settled: () => state.settled,
    give: async (text: string) => {
      upstream.enqueue(Buffer.from(text));
      await clock.advance(0);
    },
    end: async () => {
      upstream.close();
      await clock.advance(0);
    },
    gone: () => signal.aborted,
  };
}

/** The client's side of a reply. */
export const readerOf = ({ body }: Reply) => (body as ReadableStream<Uint8Array>).getReader();

/** The types of the events that the client gets next; `null` at the end. */
export async function nextOf(reader: ReturnType<typeof readerOf>): Promise<string[] | null> {
  const { done, value } = await reader.read();
  return done ? null : parseEvents(value).map((event) => event.type);
}
