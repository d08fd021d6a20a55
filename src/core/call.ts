import type { Secret } from '../lib/secret.ts';
import type { Journal } from './journal.ts';
import type { MemberSpan } from './json-scan.ts';
import type { AnthropicRequest } from './messages.ts';

/** The two endpoints that reach an upstream. */
export type Endpoint = 'messages' | 'count_tokens';

/** What a client showed as its own credential. It may go to Anthropic's own host only. */
export interface ClientCredential {
  readonly authorization?: Secret;
  readonly apiKey?: Secret;
}

/** Where the value of the body's `model` stands, as byte offsets into the body: [start, end). */
export interface ModelSpan {
  readonly start: number;
  readonly end: number;
}

/** One request of a client, read once; policies and wire formats share it unchanged. */
export interface Call {
  /** `req_…`, also sent back as `request-id`. */
  readonly id: string;
  readonly endpoint: Endpoint;
  /** The client's bytes, never modified. */
  readonly body: Uint8Array;
  /** The model's name as the client wrote it. */
  readonly model: string;
  readonly modelSpan: ModelSpan;
  /** What the body has at its top level, in its order. */
  readonly members: readonly MemberSpan[];
  /** Whether the client asked for server-sent events. */
  readonly stream: boolean;
  /** The request's query string with its `?`, or an empty string. */
  readonly query: string;
  /** The client's headers without credentials, cookies and hop-by-hop headers. */
  readonly headers: Headers;
  readonly credential: ClientCredential;
  /** Claude Code hides some statuses' texts; {@link ErrorRule.claudeCodeStatus}. */
  readonly client: 'claude-code' | 'other';
  /** Aborts when the client leaves or the gateway gives the call up. */
  readonly signal: AbortSignal;
  /** Policies and attempts write down here what they did. */
  readonly journal: Journal;
  /**
   * The parsed body, parsed at the first use and kept.
   * @throws GatewayError `malformed_request` where the body is not a JSON object.
   */
  json(): AnthropicRequest;
}
