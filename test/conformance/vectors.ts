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
