import type { Json } from '../support/openai-chat.ts';

/** One line of `test/fixtures/vectors.jsonl`; what it means is told in its README. */
export interface Vector {
  readonly name: string;
  readonly direction: 'request' | 'response' | 'stream' | 'error';
  readonly profile?: { readonly kind?: string; readonly vision?: boolean; readonly model?: string };
  readonly input: Json;
  readonly expect: {
    readonly openai?: unknown;
    readonly anthropic?: unknown;
    readonly absent?: readonly string[];
    readonly events?: readonly unknown[];
    readonly joined?: Readonly<Record<string, string>>;
    readonly assert?: readonly string[];
    readonly status?: number;
    readonly type?: string;
    readonly message_re?: string;
    readonly headers?: Readonly<Record<string, string>>;
  };
}

const text = await Bun.file(new URL('../fixtures/vectors.jsonl', import.meta.url)).text();

export const VECTORS: readonly Vector[] = text
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => JSON.parse(line) as Vector);

/** Vectors of layers above the wire format, and where they are held. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  req_passthrough_strips_foreign_signature:
    'the anthropic-messages format: passthrough of requests',
  st_silence_pings: 'the upstream layer: pings are sent by time, decoders have no clock',
  st_empty_body_200: 'the upstream layer: an HTTP status is chosen before any byte is sent',
  err_models_discovery: 'the HTTP layer: GET /v1/models',
};
