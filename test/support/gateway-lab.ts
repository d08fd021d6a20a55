import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Call } from '../../src/core/call.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { createGateway, type Gateway } from '../../src/gateway/gateway.ts';
import type { CallRecord } from '../../src/telemetry/call-record.ts';
import type { Reply } from '../../src/upstream/attempt.ts';
import { testCall } from './call.ts';
import type { ConfigFile } from './clauder.ts';
import { FakeClock } from './fake-clock.ts';
import { createSandbox } from './sandbox.ts';

/** A request that reached an upstream. */
interface SentRequest {
  /** Host name without the `.test` that all have here. */
  readonly host: string;
  readonly key: string;
  readonly model: string;
  /** On the fake clock. */
  readonly at: number;
  readonly body: Record<string, unknown>;
  readonly url: string;
}

/** What an upstream does with a request: a status, a response, an error code of `fetch`. */
type Behaviour = number | Response | 'ECONNRESET' | 'ECONNREFUSED' | 'silence';

type Answer = Behaviour | ((request: SentRequest) => Behaviour | Promise<Behaviour>);

export interface GatewayLab {
  readonly clock: FakeClock;
  readonly gateway: Gateway;
  readonly sent: SentRequest[];
  readonly records: CallRecord[];
  /** From now on the host answers like this. Without it: 200. */
  answer(host: string, answer: Answer): void;
  /** Sends a call and lets time pass until it is answered. */
  ask(model: string, changes?: Parameters<typeof testCall>[1], body?: object): Promise<Asked>;
  reload(config: ConfigFile): Promise<void>;
}

export interface Asked {
  readonly status: number;
  /** Who answered, as the client is told; `null`: nobody. */
  readonly target: string | null;
  readonly reply: Reply | null;
  readonly error: GatewayError | null;
  readonly call: Call;
  /** How long it took, on the fake clock. */
  readonly tookMs: number;
}

/** A whole message, in either wire format. */
function message(wire: 'anthropic-messages' | 'openai-chat', text = 'hi'): Response {
  return Response.json(
    wire === 'anthropic-messages'
      ? {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model: 'm',
          content: [{ type: 'text', text }],
          stop_reason: 'end_turn',
          stop_sequence: null,
          usage: { input_tokens: 3, output_tokens: 4 },
        }
      : {
          id: 'c1',
          object: 'chat.completion',
          model: 'm',
          choices: [
            { index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' },
          ],
          usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
        },
  );
}

export async function configOf(
  file: ConfigFile,
  env: Readonly<Record<string, string>> = {},
): Promise<Config> {
  using sandbox = createSandbox();
  const config = sandbox.write('config.json', JSON.stringify(file));
  return await loadConfig({ flags: { config }, env: { HOME: sandbox.home, ...env } });
}

/** The gateway from its front door to where the network would begin, on a clock of the test's own. */
export async function gatewayLab(
  config: ConfigFile,
  env: Readonly<Record<string, string>> = {},
  /** `stands`: what is waited for takes real time, such as a program. */
  time: 'passes' | 'stands' = 'passes',
): Promise<GatewayLab> {
  const clock = new FakeClock();
  const records: CallRecord[] = [];
  const sent: SentRequest[] = [];
  const answers = new Map<string, Answer>();
  const gateway = createGateway(await configOf(config, env), {
    sinks: [(record) => records.push(record)],
    env,
    clock,
    random: () => 0.5,
    reach: () => Promise.resolve(true),
    async transport({ url, headers, body, signal }) {
      const { hostname, pathname } = new URL(url);
      const json = JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>;
      const request: SentRequest = {
        host: hostname.replace(/\.test$/, ''),
        key:
          headers.get('x-api-key') ??
          headers.get('authorization')?.replace('Bearer ', '') ??
          'none',
        model: String(json['model']),
        at: clock.now(),
        body: json,
        url,
      };
      sent.push(request);
      const answer = answers.get(request.host) ?? 200;
      const does = typeof answer === 'function' ? await answer(request) : answer;
      if (signal.aborted) throw signal.reason;
      if (does instanceof Response) return does.clone() as Response;
      if (does === 'silence') {
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
        });
      }
      if (typeof does === 'string') throw Object.assign(new Error(does), { code: does });
      const wire = pathname.endsWith('/chat/completions') ? 'openai-chat' : 'anthropic-messages';
      if (does === 200) return message(wire);
      return Response.json(
        { type: 'error', error: { type: 'api_error', message: `says ${does}` } },
        { status: does },
      );
    },
  });

  const ask: GatewayLab['ask'] = async (model, changes = {}, body = {}) => {
    const request = { model, messages: [{ role: 'user', content: 'hi' }], ...body };
    const call = testCall(request, { clock, ...changes });
    const from = clock.now();
    const asked = gateway.handle(call).then(
      (reply) => ({ reply, error: null, endedAt: clock.now() }),
      (error: unknown) => {
        if (error instanceof GatewayError) return { reply: null, error, endedAt: clock.now() };
        throw error;
      },
    );
    const { reply, error, endedAt } = time === 'stands' ? await asked : await clock.until(asked);
    return {
      status: reply?.status ?? error?.rule.status ?? 0,
      target: reply?.headers.get('x-cc-route-target') ?? null,
      reply,
      error,
      call,
      tookMs: endedAt - from,
    };
  };

  return {
    clock,
    gateway,
    sent,
    records,
    answer: (host, answer) => answers.set(host, answer),
    ask,
    reload: async (next) => gateway.reload(await configOf(next, env)),
  };
}

/** A route to a host of its own that speaks Anthropic's format, with a key that names the host. */
export const routeAt = (host: string, more: Readonly<Record<string, unknown>> = {}) => ({
  baseURL: `http://${host}.test/anthropic`,
  authToken: `key-of-${host}`,
  ...more,
});
