import type { Call } from '../core/call.ts';
import type { GatewayError, UpstreamAnswer } from '../core/errors.ts';
import type { Usage } from '../core/messages.ts';
import type { WireName } from '../providers/spec.ts';
import type { Target } from '../providers/target.ts';
import type { RepairRule } from './repairs/repair.ts';

/** A request ready to be sent, but for the credential, which `upstream/` adds. */
export interface EncodedRequest {
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** Decodes the reply to exactly this request (tool names, requested model …). */
  readonly decoder: ReplyDecoder;
  /** The answer, where no upstream is needed for it. Nothing is sent then. */
  readonly local?: DecodedBody;
  /**
   * Takes a whole reply that may ask the gateway itself to go on, and gives the body of the next
   * request; `null` where the reply is the answer. In order, once for each reply.
   */
  followUp?(reply: Uint8Array): Uint8Array | null;
}

/** A whole reply in Anthropic's form. */
export interface DecodedBody {
  readonly body: Uint8Array;
  readonly usage: Usage | null;
}

export interface ReplyDecoder {
  /** A new transform for a streamed reply. */
  stream(): StreamTransform;
  /**
   * A whole JSON reply → Anthropic message bytes.
   * @throws GatewayError where a reply with a 2xx status is an error in disguise, or unreadable.
   */
  body(bytes: Uint8Array): DecodedBody;
  /**
   * A whole JSON reply to a request that asked for a stream → the bytes of a complete event stream.
   * @throws GatewayError like {@link ReplyDecoder.body}.
   */
  bodyAsStream(bytes: Uint8Array): DecodedBody;
}

/**
 * Upstream bytes in, Anthropic server-sent events out. Pure: no timers, no I/O. What comes out
 * always ends at an event's boundary, so that a `ping` or an `error` event can follow at any time.
 */
export interface StreamTransform {
  /** Takes the next chunk, cut anywhere; returns what can be sent on now (maybe nothing). */
  push(chunk: Uint8Array): Uint8Array;
  /**
   * The first event is late. Returns the opening of the answer, and the state is `open` then, where
   * the upstream has begun an answer; else nothing.
   */
  begin(): Uint8Array;
  /** The upstream's stream ended. Returns the rest, or an `error` event if it ended too early. */
  end(): Uint8Array;
  /** The stream broke or was given up. Returns the bytes that tell the client, once. */
  fail(error: GatewayError): Uint8Array;
  /**
   * `waiting`: nothing worth sending yet (comments, pings), an error can still be an HTTP status.
   * `open`: at least one real event came out. `finished`: a complete answer. `failed`: see error.
   */
  readonly state: 'waiting' | 'open' | 'finished' | 'failed';
  /** The error that the stream itself carried or ended in; set when the state is `failed`. */
  readonly error: GatewayError | null;
  /** What was counted so far; null where the upstream said nothing. */
  readonly usage: Usage | null;
}

/** A wire format: how a call becomes a request of an upstream, and its reply an Anthropic reply. */
export interface WireFormat {
  readonly name: WireName;
  /** Where a target's messages are sent. @param model the id that the upstream gets */
  url(target: Target, model: string): string;
  /** Whether the target may have an endpoint that counts tokens; where not, the gateway counts. */
  countsTokens(target: Target): boolean;
  /** @throws GatewayError `malformed_request` where the body can't be understood. */
  encode(call: Call, target: Target): EncodedRequest;
  /** Reads an answer outside 2xx. Never throws. */
  decodeError(answer: UpstreamAnswer, call: Call, target: Target): GatewayError;
  /** How the target's refusals are read. */
  repairRules(target: Target): readonly RepairRule[];
}
