import type { Config, RouteConfig } from '../../config/config.ts';
import type { Environment } from '../../config/paths.ts';
import { GatewayError, type ErrorKind } from '../../core/errors.ts';
import { createGateway } from '../../gateway/gateway.ts';
import { systemClock } from '../../lib/clock.ts';
import { makeCall } from '../call.ts';

/** What came of one tiny request. */
export interface ProbeResult {
  readonly ms: number;
  /** `null`: a whole answer came. */
  readonly failure: { readonly kind: ErrorKind; readonly message: string } | null;
}

/** Nobody waits for ever in front of a terminal. In milliseconds. */
const TIMEOUTS = { connectMs: 5_000, firstByteMs: 20_000, idleMs: 10_000 };

/** Some vendors refuse less. */
const MAX_TOKENS = 16;

/**
 * Asks one route for a few tokens, as the gateway would: same translation, same key, same errors.
 * Nothing is retried, and no other route helps out. Never rejects.
 */
export async function probe(
  route: RouteConfig,
  config: Config,
  env: Environment,
): Promise<ProbeResult> {
  const alone: Config = {
    ...config,
    routes: [{ ...route, fallback: [] }],
    retry: { ...config.retry, maxAttempts: 1 },
    timeouts: TIMEOUTS,
  };
  const gateway = createGateway(alone, { sinks: [], env });
  const startedAt = systemClock.now();
  const elapsed = (): number => Math.round(systemClock.now() - startedAt);
  try {
    const reply = await gateway.handle(makeCall(tinyRequest(route.name)));
    if (isMessage(reply.body)) return { ms: elapsed(), failure: null };
    const message = `the answer of route ${route.name} is no message of its wire format`;
    return { ms: elapsed(), failure: { kind: 'malformed_reply', message } };
  } catch (error) {
    const kind = error instanceof GatewayError ? error.kind : 'internal';
    const message = error instanceof Error ? error.message : String(error);
    return { ms: elapsed(), failure: { kind, message } };
  }
}

const tinyRequest = (model: string): Record<string, unknown> => ({
  model,
  max_tokens: MAX_TOKENS,
  messages: [{ role: 'user', content: 'Say OK.' }],
});

function isMessage(body: Uint8Array | ReadableStream<Uint8Array>): boolean {
  if (!(body instanceof Uint8Array)) return true;
  try {
    const message = JSON.parse(Buffer.from(body).toString('utf8')) as Record<string, unknown>;
    return Array.isArray(message['content']);
  } catch {
    return false;
  }
}
