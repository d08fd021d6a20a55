import type { WireName } from '../../src/providers/spec.ts';
import { startHttpPeer, type HttpPeer, type Received, type Responder } from './http-peer.ts';
import type { Delivery, Reply } from './reply.ts';
import { brain } from './brain.ts';
import { SPEAKERS, speakAs, type Speaker } from './speakers.ts';
import type { ChatVendor } from './chat-vendors/vendor.ts';
import type { StrictAnthropic } from './strict-anthropic.ts';

/** Decides what to answer: a fixed reply, or one made from the request. */
type Script = Reply | ((request: UpstreamRequest) => Reply);

/** A request of the gateway, with its body parsed. */
export interface UpstreamRequest extends Received {
  /** The body as JSON; an empty object where there is none. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly model: string;
  readonly stream: boolean;
}

export interface FakeUpstreamOptions {
  readonly wire: WireName;
  /** Answers whatever the queue doesn't. Absent: the {@link brain}. */
  readonly script?: Script;
  /** Applied to every content reply, unless the reply says otherwise. */
  readonly delivery?: Delivery;
  /** Behaves as this vendor does: its shapes, its demands, its rejections. */
  readonly vendor?: ChatVendor | StrictAnthropic;
}

/** A provider on loopback that records what reaches it and answers as it is told. */
export interface FakeUpstream extends AsyncDisposable {
  readonly wire: WireName;
  /** What belongs into a route's `baseURL`. */
  readonly baseURL: string;
  readonly port: number;
  readonly peer: HttpPeer;
  /** Every request, in order of arrival. */
  readonly requests: UpstreamRequest[];
  /** What the vendor rejected, with the request. */
  readonly rejections: { readonly body: object; readonly request: UpstreamRequest }[];
  /** The last request. Throws where there was none. */
  last(): UpstreamRequest;
  /** The next requests for an answer get these, one each, before the script is asked. */
  enqueue(...scripts: Script[]): void;
  /** Replaces the script. */
  use(script: Script): void;
  /** Replaces the delivery of all later replies. */
  deliver(delivery: Delivery): void;
  stop(): Promise<void>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function parse(received: Received): UpstreamRequest {
  let json: Record<string, unknown> = {};
  try {
    json = JSON.parse(decoder.decode(received.body)) as Record<string, unknown>;
  } catch {
    // A request without a JSON body: the tests see it in `body`.
  }
  return Object.assign(received, {
    json,
    model: typeof json['model'] === 'string' ? json['model'] : '',
    stream: json['stream'] === true,
  });
}

const EVENT_STREAM = { 'content-type': 'text/event-stream; charset=utf-8' };
const JSON_BODY = { 'content-type': 'application/json' };

const BEFORE_CUT_MS = 30;

/** After how many bytes of the body the connection is to be destroyed. */
function cutAt(events: readonly Uint8Array[], delivery: Delivery): number {
  if (delivery.cutAfterEvents === undefined) {
    return delivery.cutAfterBytes ?? Number.POSITIVE_INFINITY;
  }
  const whole = Math.min(delivery.cutAfterEvents, events.length - 1);
  const before = events.slice(0, whole).reduce((sum, event) => sum + event.length, 0);
  return before + Math.floor((events[whole]?.length ?? 0) / 2);
}

/** Sends body parts under the delivery's rules: coding, chunk size, silence, cut. */
async function deliver(
  responder: Responder,
  status: number,
  headers: Record<string, string>,
  parts: readonly Uint8Array[],
  delivery: Delivery,
): Promise<void> {
  if (delivery.headDelayMs !== undefined) await Bun.sleep(delivery.headDelayMs);
  let body = parts;
  const allHeaders = { ...headers, ...delivery.headers };
  if (delivery.gzip === true) {
    body = [Bun.gzipSync(Buffer.concat(parts))];
    allHeaders['content-encoding'] = 'gzip';
  }
  if (delivery.chunkBytes !== undefined) {
    const whole = Buffer.concat(body);
    const size = delivery.chunkBytes;
    body = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
      whole.subarray(index * size, (index + 1) * size),
    );
  }
  const streamed = headers['content-type'] === EVENT_STREAM['content-type'];
  const total = body.reduce((sum, part) => sum + part.length, 0);
  await responder.head(status, allHeaders, streamed ? 'chunked' : total);
  let left = cutAt(parts, delivery);
  for (const [index, part] of body.entries()) {
    if (!responder.open) return;
    await responder.write(part.length > left ? part.subarray(0, left) : part);
    left -= part.length;
    if (left <= 0) {
      // A reset overtakes what the reader hasn't taken yet; the cut is to come after that.
      await Bun.sleep(BEFORE_CUT_MS);
      responder.cut();
      return;
    }
    if (index === 3 && delivery.silenceMs !== undefined) {
      await Promise.race([Bun.sleep(delivery.silenceMs), responder.gone]);
    }
    if (delivery.pauseMs !== undefined) {
      await Promise.race([Bun.sleep(delivery.pauseMs), responder.gone]);
    }
    // Lets the socket send what it has, so that chunks don't melt together.
    if (delivery.chunkBytes !== undefined) await new Promise<void>((next) => setImmediate(next));
  }
  await responder.end();
}

const bytes = (value: string | Uint8Array) =>
  typeof value === 'string' ? encoder.encode(value) : value;

async function answer(
  vendor: Speaker,
  reply: Reply,
  request: UpstreamRequest,
  responder: Responder,
  common: Delivery,
): Promise<void> {
  const headers = vendor.headers();
  switch (reply.kind) {
    case 'content': {
      const delivery = { ...common, ...reply };
      return request.stream
        ? deliver(
            responder,
            200,
            { ...headers, ...EVENT_STREAM },
            vendor.events(reply, request).map(bytes),
            delivery,
          )
        : deliver(
            responder,
            200,
            { ...headers, ...JSON_BODY },
            [bytes(JSON.stringify(vendor.whole(reply, request)))],
            delivery,
          );
    }
    case 'error':
      return deliver(
        responder,
        reply.status,
        { ...headers, ...JSON_BODY },
        [bytes(JSON.stringify(vendor.error(reply.status, reply.message)))],
        reply,
      );
    case 'error-in-stream':
      return deliver(
        responder,
        200,
        { ...headers, ...EVENT_STREAM },
        [
          ...(reply.late === true ? vendor.opening(request.model) : []),
          vendor.errorEvent(reply.message),
        ].map(bytes),
        reply.late === true ? { pauseMs: 100 } : {},
      );
    case 'raw':
      return deliver(responder, reply.status, {}, [bytes(reply.body)], reply);
    case 'reset':
      responder.cut();
      return;
    case 'silent':
      return responder.gone;
    case 'endless': {
      await responder.head(200, { ...headers, ...EVENT_STREAM }, 'chunked');
      for (const event of vendor.endless(request.model)) {
        if (!responder.open) return;
        await responder.write(bytes(event));
        if (reply.pauseMs !== undefined) {
          await Promise.race([Bun.sleep(reply.pauseMs), responder.gone]);
        }
      }
    }
  }
}

/** What is answered without a script: connectivity probes and token counts. */
function standing({ method, target }: Received): Reply | null {
  if (method === 'HEAD') return { kind: 'raw', status: 200, body: '' };
  if (!target.includes('/count_tokens')) return null;
  return { kind: 'raw', status: 200, body: '{"input_tokens":4711}', headers: JSON_BODY };
}

/** Starts a fake provider of one wire format. */
export async function startFakeUpstream(options: FakeUpstreamOptions): Promise<FakeUpstream> {
  const vendor =
    options.vendor === undefined ? SPEAKERS[options.wire] : speakAs(options.vendor, options.wire);
  const requests: UpstreamRequest[] = [];
  const rejections: FakeUpstream['rejections'] = [];
  const queue: Script[] = [];
  let script: Script = options.script ?? brain(options.wire);
  let delivery = options.delivery ?? {};
  const peer = await startHttpPeer(async (received, responder) => {
    const request = parse(received);
    requests.push(request);
    const rejection = request.model === '' ? null : (options.vendor?.reject(request.json) ?? null);
    if (rejection !== null) {
      rejections.push({ body: rejection.body, request });
      const body = JSON.stringify(rejection.body);
      const refused: Reply = { kind: 'raw', status: rejection.status, body, headers: JSON_BODY };
      return answer(vendor, refused, request, responder, {});
    }
    const next = standing(request) ?? queue.shift() ?? script;
    const reply = typeof next === 'function' ? next(request) : next;
    return answer(vendor, reply, request, responder, delivery);
  });
  return {
    wire: options.wire,
    baseURL: options.wire === 'anthropic-messages' ? `${peer.url}/anthropic` : `${peer.url}/v1`,
    port: peer.port,
    peer,
    requests,
    rejections,
    last() {
      const request = requests.at(-1);
      if (request === undefined) throw new Error('the fake upstream got no request');
      return request;
    },
    enqueue: (...scripts) => {
      queue.push(...scripts);
    },
    use: (next) => {
      script = next;
    },
    deliver: (next) => {
      delivery = next;
    },
    stop: () => peer.stop(),
    [Symbol.asyncDispose]: () => peer.stop(),
  };
}
