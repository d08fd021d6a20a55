import type { Call } from '../core/call.ts';
import { GatewayError } from '../core/errors.ts';
import type { Handler } from '../core/policy.ts';
import type { Clock } from '../lib/clock.ts';
import { targetKey, type Target } from '../providers/target.ts';
import type { CallSink } from '../telemetry/call-record.ts';
import { TokenCounter } from '../tokens/counter.ts';
import type { Reply } from '../upstream/attempt.ts';
import { wireFormat } from '../wire/index.ts';

/** How long an upstream isn't asked after it said that it has no such endpoint, or failed. */
const ABSENT_MS = 3_600_000;
const FAILED_MS = 60_000;

/**
 * Answers `count_tokens`: with the upstream's own count where it has one, else with this machine's,
 * by what the model's vendor counted so far. Kept over a reload of the configuration.
 */
export class TokenCounts {
  readonly counter = new TokenCounter();
  readonly #clock: Clock;
  /** When an upstream may be asked again, by its address and model. */
  readonly #askAgainAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Learns from every finished call. */
  readonly sink: CallSink = ({ call, target, result, usage }, body) => {
    if (call.endpoint !== 'messages' || result !== 'complete') return;
    if (target !== null && usage !== null) this.counter.sample(body, target, usage);
  };

  /**
   * @param ask sends the call to the upstream.
   * @throws GatewayError where the count is up to the client's own account at the upstream.
   */
  async answer(call: Call, target: Target, ask: Handler<Call, Reply>): Promise<Reply> {
    const upstreams = await this.#upstreams(call, target, ask);
    if (upstreams !== null) return upstreams;
    const tokens = await this.counter.count(call.json(), target);
    return {
      status: 200,
      headers: new Headers({ 'content-type': 'application/json' }),
      body: Buffer.from(JSON.stringify({ input_tokens: tokens })),
      target,
      outcome: Promise.resolve({ result: 'complete', usage: null }),
    };
  }

  async #upstreams(call: Call, target: Target, ask: Handler<Call, Reply>): Promise<Reply | null> {
    if (!wireFormat(target.wire).countsTokens(target)) return null;
    const place = targetKey(target);
    if (this.#clock.now() < (this.#askAgainAt.get(place) ?? 0)) return null;
    try {
      const reply = await ask(call);
      // A count of 0, which Claude Code would believe, is no count.
      if (!(reply.body instanceof Uint8Array) || hasCount(reply.body)) return reply;
      this.#askAgainAt.set(place, this.#clock.now() + ABSENT_MS);
    } catch (error) {
      if (!(error instanceof GatewayError) || error.kind === 'client_gone') throw error;
      const status = error.upstreamStatus ?? 0;
      const absent = status === 404 || status === 405 || status === 501;
      if (!absent && target.credential.kind === 'client') throw error;
      this.#askAgainAt.set(place, this.#clock.now() + (absent ? ABSENT_MS : FAILED_MS));
    }
    return null;
  }
}

function hasCount(body: Uint8Array): boolean {
  try {
    const answer = JSON.parse(Buffer.from(body).toString('utf8')) as { input_tokens?: unknown };
    return typeof answer.input_tokens === 'number' && answer.input_tokens > 0;
  } catch {
    return false;
  }
}
