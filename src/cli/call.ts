import { scanBody } from '../core/body-scan.ts';
import type { Call } from '../core/call.ts';
import { Journal } from '../core/journal.ts';
import type { AnthropicRequest } from '../core/messages.ts';
import { systemClock } from '../lib/clock.ts';
import { randomId } from '../lib/id.ts';

/** A call of our own, as if a client without a credential had made it. */
export function makeCall(
  request: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, string>> = {},
): Call {
  const body = new TextEncoder().encode(JSON.stringify(request));
  return {
    ...scanBody(body),
    id: randomId('req_'),
    endpoint: 'messages',
    body,
    query: '',
    headers: new Headers({ 'anthropic-version': '2023-06-01', ...headers }),
    credential: {},
    client: 'other',
    signal: new AbortController().signal,
    journal: new Journal(systemClock.now),
    json: () => request as AnthropicRequest,
  };
}
