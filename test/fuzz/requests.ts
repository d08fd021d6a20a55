import { GatewayError } from '../../src/core/errors.ts';
import type { Call } from '../../src/core/call.ts';
import { makeCall } from '../../src/http/call.ts';
import type { WireName } from '../../src/providers/spec.ts';
import { wireFormat } from '../../src/wire/index.ts';
import { requestTokens } from '../../src/wire/tokens/request-tokens.ts';
import { messagesOf, unpaired, type Json } from '../support/chat-vendors/vendor.ts';
import { Random } from '../support/random.ts';
import { someRequest } from './corpus.ts';
import { mutateBytes, mutateJSON } from './mutate.ts';
import { someTarget } from './targets.ts';

/** Escapes make characters longer, and some things are told in words. */
const OUT_PER_IN = 8;
const OUT_AT_LEAST = 65_536;
/** Nothing that a client sends may keep the gateway busy. */
const MAX_CASE_MS = 1000;

/**
 * One mutated request through both encoders. Checks that it is refused as the client's mistake, or
 * becomes a body that is JSON, of a bounded size, with every call answered.
 *
 * @throws Error that says what is wrong.
 */
export function requestCase(seed: number): void {
  const random = new Random(seed);
  const body = mutatedBody(random);
  const started = performance.now();
  let call: Call;
  try {
    call = makeCall({
      id: 'req_0123456789abcdefghijklmn',
      endpoint: random.below(10) === 0 ? 'count_tokens' : 'messages',
      body,
      query: '',
      headers: new Headers({ 'x-claude-code-session-id': 's' }),
      credential: {},
      client: 'claude-code',
      signal: new AbortController().signal,
    });
  } catch (cause) {
    return expectMalformed(cause);
  }
  for (const wire of ['openai-chat', 'anthropic-messages'] as const) encodeCase(random, call, wire);
  try {
    const tokens = requestTokens(call.json(), (text) => text.length);
    if (!Number.isFinite(tokens) || tokens < 1) throw new Error(`${tokens} tokens`);
  } catch (cause) {
    expectMalformed(cause);
  }
  const ms = performance.now() - started;
  if (ms > MAX_CASE_MS) throw new Error(`it took ${Math.round(ms)} ms`);
}

function mutatedBody(random: Random): Buffer {
  const request = someRequest(random);
  if (random.below(4) > 0) return Buffer.from(JSON.stringify(mutateJSON(random, request)), 'utf8');
  const bytes = Buffer.from(JSON.stringify(request), 'utf8');
  return mutateBytes(random, bytes, bytes);
}

function encodeCase(random: Random, call: Call, wire: WireName): void {
  const target = someTarget(random, wire);
  let sent: Buffer;
  try {
    sent = Buffer.from(wireFormat(wire).encode(call, target).body);
  } catch (cause) {
    return expectMalformed(cause);
  }
  if (sent.length > call.body.length * OUT_PER_IN + OUT_AT_LEAST) {
    throw new Error(`${call.body.length} bytes became ${sent.length}`);
  }
  // A body that was passed on is as good or bad as the client's own.
  if (wire === 'anthropic-messages') return;
  const request = JSON.parse(sent.toString('utf8'), (key, value: unknown) => {
    const half = [key, value].find((one) => typeof one === 'string' && !one.isWellFormed());
    if (half !== undefined) throw new Error(`half of a surrogate pair in ${JSON.stringify(key)}`);
    return value;
  }) as Json;
  if (call.endpoint === 'count_tokens') return;
  if (messagesOf(request).length === 0) throw new Error('no message');
  const problem = unpaired(request);
  if (problem !== null) throw new Error(`${target.provider.name}: ${problem}`);
}

function expectMalformed(cause: unknown): void {
  if (!(cause instanceof GatewayError) || cause.kind !== 'malformed_request') throw cause;
}
