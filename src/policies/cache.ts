import { memberOf } from '../core/body-scan.ts';
import type { Call } from '../core/call.ts';
import { GatewayError } from '../core/errors.ts';
import type { Handler, Policy } from '../core/policy.ts';
import type { Reply } from '../upstream/attempt.ts';
import type { Answer, AnswerCache, CacheSettings } from './answer-cache.ts';
import { cacheKey } from './cache-key.ts';
import type { RoutedCall } from './fallback.ts';

/** Tells the client where its answer came from. */
const CACHE_HEADER = 'x-cc-route-cache';

/** Headers of a kept answer; the others belong to the one exchange that brought it. */
const KEPT_HEADERS = ['content-type', 'x-cc-route-target'];

/**
 * Answers what was asked before, where the same request must bring the same answer: no stream, and
 * a temperature of 0. Identical calls at the same time share one request upstream.
 *
 * Only whole answers with status 200 of the target that was meant are kept. A request with
 * `cache-control: no-cache` passes the cache by.
 */
export function cache(
  answers: AnswerCache,
  settings: Pick<CacheSettings, 'absentTemperature'>,
): Policy<RoutedCall, Reply> {
  return async (routed, next) => {
    const { call } = routed;
    const [target] = routed.targets;
    if (call.endpoint !== 'messages') return next(routed);
    if (answers.isOff || !isRepeatable(call, settings)) {
      return marked(await next(routed), 'skip');
    }
    const key = cacheKey(call, target);
    const kept = answers.get(key);
    if (kept !== undefined) {
      call.journal.note({ kind: 'cache', target, result: 'hit' });
      return copyOf(kept);
    }
    const isLeader = !answers.flights.has(key);
    if (isLeader) {
      answers.countMiss();
      call.journal.note({ kind: 'cache', target, result: 'miss' });
    }
    const { value, isFirst } = await answers.flights
      .join(key, call.signal, (signal) => fetchAnswer(routed, signal, next))
      .catch((error: unknown) => {
        throw call.signal.aborted ? new GatewayError('client_gone', 'The client left.') : error;
      });
    if (!isFirst) {
      answers.countShared();
      call.journal.note({ kind: 'cache', target, result: 'shared' });
      return copyOf(value);
    }
    // Where the one that asked has left, the next one accounts for the tokens.
    if (!isLeader) call.journal.note({ kind: 'cache', target, result: 'miss' });
    if (value.status === 200 && value.target.route === target.route) answers.keep(key, value);
    return marked({ ...value, headers: new Headers(value.headers) }, 'miss');
  };
}

/** Whether the same request must bring the same answer. */
function isRepeatable(
  call: Call,
  { absentTemperature }: Pick<CacheSettings, 'absentTemperature'>,
): boolean {
  if (call.stream) return false;
  const temperature = memberOf(call, 'temperature');
  const isFixed =
    temperature === null || temperature === 'null'
      ? absentTemperature === 'cache'
      : Number(temperature) === 0;
  return isFixed && !/\bno-(?:cache|store)\b/i.test(call.headers.get('cache-control') ?? '');
}

/** The request upstream for all who ask for it; it goes on until the last one has left. */
async function fetchAnswer(
  routed: RoutedCall,
  signal: AbortSignal,
  next: Handler<RoutedCall, Reply>,
): Promise<Answer> {
  const reply = await next({ ...routed, call: { ...routed.call, signal } });
  const { body } = reply;
  if (body instanceof Uint8Array) return { ...reply, body };
  return { ...reply, body: await new Response(body).bytes() };
}

function copyOf({ status, headers, body, target }: Answer): Reply {
  const kept = new Headers({ [CACHE_HEADER]: 'hit' });
  for (const name of KEPT_HEADERS) {
    const value = headers.get(name);
    if (value !== null) kept.set(name, value);
  }
  const outcome = Promise.resolve({ result: 'complete', usage: null } as const);
  return { status, headers: kept, body, target, outcome };
}

function marked(reply: Reply, result: 'miss' | 'skip'): Reply {
  reply.headers.set(CACHE_HEADER, result);
  return reply;
}
