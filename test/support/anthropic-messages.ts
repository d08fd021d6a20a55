import { scanBody } from '../../src/core/body-scan.ts';
import type { Call } from '../../src/core/call.ts';
import { customProvider, findProvider } from '../../src/providers/catalog.ts';
import { resolveCompat } from '../../src/providers/compat.ts';
import type { Compat } from '../../src/providers/spec.ts';
import type { ModelFacts, Target } from '../../src/providers/target.ts';
import { anthropicMessages } from '../../src/wire/anthropic-messages/index.ts';
import { testCall, type Json } from './openai-chat.ts';

export interface MessagesTargetOptions {
  /** A preset; absent: a server that no preset knows. */
  readonly preset?: string;
  readonly model?: string;
  readonly compat?: Partial<Compat>;
  readonly facts?: ModelFacts;
}

/** A target of the anthropic-messages format, as a route would get it. */
export function messagesTarget(options: MessagesTargetOptions = {}): Target {
  const provider =
    options.preset === undefined
      ? customProvider('http://upstream.test/anthropic')
      : findProvider(options.preset);
  if (provider === undefined) throw new Error(`no preset ${options.preset}`);
  const model = options.model ?? 'upstream-model';
  return {
    route: 'my-route',
    provider,
    wire: 'anthropic-messages',
    baseURL: provider.endpoints['anthropic-messages']?.baseURL ?? 'http://upstream.test/anthropic',
    model,
    credential: { kind: 'none' },
    headers: {},
    facts: options.facts ?? {},
    compat: resolveCompat(provider, model, options.compat),
  };
}

/** A call with these very bytes. */
export function messagesCall(body: string, headers: Record<string, string> = {}): Call {
  const bytes = Buffer.from(body, 'utf8');
  return {
    ...testCall(JSON.parse(body) as Json, headers),
    ...scanBody(bytes),
    body: bytes,
  };
}

/** What reaches the upstream: the body's text and its value, and the headers. */
export function encodeMessages(
  request: Json | string,
  options: MessagesTargetOptions & { readonly headers?: Record<string, string> } = {},
): { readonly raw: string; readonly body: Json; readonly headers: Headers } {
  const text = typeof request === 'string' ? request : JSON.stringify(request);
  const call = messagesCall(text, options.headers);
  const { body, headers } = anthropicMessages.encode(call, messagesTarget(options));
  const raw = Buffer.from(body).toString('utf8');
  return { raw, body: JSON.parse(raw) as Json, headers };
}
