import { scanBody } from '../core/body-scan.ts';
import type { Call } from '../core/call.ts';
import { GatewayError } from '../core/errors.ts';
import { Journal } from '../core/journal.ts';
import type { AnthropicRequest } from '../core/messages.ts';
import { asBuffer } from '../lib/bytes.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { systemClock } from '../lib/clock.ts';
import type { HttpContext } from './context.ts';

/** What a call is made of besides what its body says. */
export type CallParts = Pick<
  Call,
  'id' | 'endpoint' | 'body' | 'query' | 'headers' | 'credential' | 'client' | 'signal'
>;

/** @throws GatewayError `malformed_request` where the body doesn't say which model is meant. */
export function makeCall(parts: CallParts): Call {
  const { model, modelSpan, stream, members } = scanBody(parts.body);
  let parsed: AnthropicRequest | null = null;
  return {
    ...parts,
    model,
    modelSpan,
    stream,
    members,
    journal: new Journal(systemClock.now),
    json: () => (parsed ??= parseBody(parts.body)),
  };
}

/**
 * Sends a call through the gateway and counts it among the active ones until its last byte.
 * @throws GatewayError
 */
export async function answer(call: Call, http: HttpContext): ReturnType<Gateway['handle']> {
  http.activeRequests += 1;
  try {
    const reply = await http.gateway.handle(call);
    void reply.outcome.finally(() => {
      http.activeRequests -= 1;
    });
    return reply;
  } catch (error) {
    http.activeRequests -= 1;
    throw error;
  }
}

function parseBody(body: Uint8Array): AnthropicRequest {
  try {
    return JSON.parse(asBuffer(body).toString('utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'not valid JSON';
    throw new GatewayError('malformed_request', `Invalid request body: ${reason}.`, { cause });
  }
}
