/**
 * A provider that repeats what it was shown, in every place that an answer has: careless vendors,
 * debugging proxies and error pages do.
 */
export interface Parrot extends AsyncDisposable {
  readonly url: string;
  /** The ways in which it answers; a request's `model` names one. */
  readonly tricks: readonly string[];
  /** Everything secret-looking that it was shown so far. */
  readonly shown: ReadonlySet<string>;
}

type Trick = (quote: string, request: Request) => Response;

const json = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  Response.json(body, { status, headers });

const events = (...data: readonly unknown[]) =>
  new Response(
    data
      .map((one) => {
        const type = (one as { readonly type?: string }).type;
        return `${type === undefined ? '' : `event: ${type}\n`}data: ${JSON.stringify(one)}\n\n`;
      })
      .join(''),
    { headers: { 'content-type': 'text/event-stream' } },
  );

const START = {
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  },
};

const error = (type: string, message: string) => ({ type: 'error', error: { type, message } });

const TRICKS: Readonly<Record<string, Trick>> = {
  'status-400': (quote) => json(400, error('invalid_request_error', `Bad request by ${quote}`)),
  'status-401': (quote) => json(401, error('authentication_error', `Incorrect key: ${quote}`)),
  'status-402': (quote) => json(402, error('billing_error', `No credit on ${quote}`)),
  'status-403': (quote) => json(403, { error: `forbidden for ${quote}` }),
  'status-404': (quote) => json(404, { detail: `no such model for ${quote}` }),
  'status-429': (quote) => json(429, { message: `limit of ${quote}` }, { 'retry-after': '1' }),
  'status-500-html': (quote) =>
    new Response(`<html><body>Debug: ${quote}</body></html>`, { status: 500 }),
  'max-tokens': (quote) =>
    json(400, error('invalid_request_error', `max_tokens must be at most 8 for ${quote}`)),
  'unknown-field': (quote) =>
    json(400, error('invalid_request_error', `${quote}: Extra inputs are not permitted`)),
  'in-a-header': (quote) =>
    json(400, error('invalid_request_error', 'see the header'), { 'x-debug-authorization': quote }),
  redirect: (quote) =>
    new Response(null, { status: 307, headers: { location: `/elsewhere?key=${quote}` } }),
  'error-under-200': (quote) => json(200, error('api_error', `failed with ${quote}`)),
  'no-json-under-200': (quote) => new Response(`Hello ${quote}`),
  'first-event': (quote) => events(error('overloaded_error', `busy for ${quote}`)),
  'later-event': (quote) => events(START, error('overloaded_error', `busy for ${quote}`)),
  'chat-error-event': (quote) => events({ error: { message: `busy for ${quote}`, code: 502 } }),
};

export function startParrot(): Parrot {
  const shown = new Set<string>();
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    async fetch(request) {
      const { model } = (await request.json()) as { readonly model: string };
      const headers = ['authorization', 'x-api-key', 'x-team-secret'].map(
        (name) => request.headers.get(name)?.replace(/^Bearer /, '') ?? '',
      );
      for (const value of headers) if (value !== '') shown.add(value);
      return TRICKS[model]?.(headers.join(' '), request) ?? new Response(null, { status: 404 });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    tricks: Object.keys(TRICKS),
    shown,
    async [Symbol.asyncDispose]() {
      await server.stop(true);
    },
  };
}
