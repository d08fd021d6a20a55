import type { Clock } from '../../lib/clock.ts';
import type { Transport } from '../attempt.ts';
import { anthropicEvents, anthropicMessage } from './anthropic.ts';
import { readEchoRequest } from './conversation.ts';
import { openaiChunks, openaiCompletion } from './openai.ts';
import { planEcho, tokens, type EchoPlan } from './script.ts';

/**
 * The built-in provider: an upstream inside of the process that speaks both wire formats, so that
 * an installation can be tried without a key or a network, through the real encoders.
 */
export function echoTransport(clock: Clock): Transport {
  return async ({ url, body, signal }) => {
    signal.throwIfAborted();
    const path = new URL(url).pathname;
    if (path.endsWith('/count_tokens')) {
      return Response.json({ input_tokens: tokens(body.byteLength) });
    }
    const request = readEchoRequest(body);
    const plan = planEcho(request);
    const openai = path.endsWith('/chat/completions');
    if (plan.error !== null) return errorResponse(plan.error);
    if (!request.stream) {
      const render = openai ? openaiCompletion : anthropicMessage;
      return Response.json(render(plan, request.model));
    }
    const frames = (openai ? openaiChunks : anthropicEvents)(plan, request.model);
    return new Response(eventStream(frames, plan, clock), {
      headers: { 'content-type': 'text/event-stream' },
    });
  };
}

/** Both formats' error bodies fit in one object. */
function errorResponse({ status, message }: NonNullable<EchoPlan['error']>): Response {
  const type =
    status === 429 ? 'rate_limit_error' : status === 529 ? 'overloaded_error' : 'api_error';
  return Response.json(
    { type: 'error', error: { type: status < 429 ? 'invalid_request_error' : type, message } },
    { status, ...(status === 429 ? { headers: { 'retry-after': '1' } } : {}) },
  );
}

/** All frames at once, or with the pauses and the break that the plan asks for. */
function eventStream(
  frames: Generator<string>,
  plan: EchoPlan,
  clock: Clock,
): ReadableStream<Uint8Array> {
  const all = plan.cut ? cutInHalf([...frames]) : frames;
  const iterator = all[Symbol.iterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (plan.pauseMs > 0) {
          await new Promise<void>((resolve) => {
            clock.after(plan.pauseMs, resolve);
          });
        }
        const { done, value } = iterator.next();
        if (done === true) controller.close();
        else controller.enqueue(Buffer.from(value, 'utf8'));
      },
    },
    { highWaterMark: 0 },
  );
}

function cutInHalf(frames: string[]): string[] {
  return frames.slice(0, Math.ceil(frames.length / 2));
}
