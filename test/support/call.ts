import { scanBody } from '../../src/core/body-scan.ts';
import type { Call } from '../../src/core/call.ts';
import { Journal } from '../../src/core/journal.ts';
import type { Clock } from '../../src/lib/clock.ts';
import { FakeClock } from './fake-clock.ts';

interface CallChanges extends Partial<Omit<Call, 'body' | 'model' | 'modelSpan' | 'stream'>> {
  readonly clock?: Clock;
}

/** A call as the endpoint would have made it from this body. */
export function testCall(request: object = {}, changes: CallChanges = {}): Call {
  const { clock = new FakeClock(), ...more } = changes;
  const whole = { model: 'test-model', max_tokens: 10, messages: [], ...request };
  const body = Buffer.from(JSON.stringify(whole));
  return {
    id: 'req_test',
    endpoint: 'messages',
    body,
    ...scanBody(body),
    query: '',
    headers: new Headers(),
    credential: {},
    client: 'other',
    signal: new AbortController().signal,
    journal: new Journal(clock.now),
    json: () => whole,
    ...more,
  };
}
