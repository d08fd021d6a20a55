import { describe, expect, test } from 'bun:test';
import type { GatewayError } from '../../../src/core/errors.ts';
import { openaiChat } from '../../../src/wire/openai-chat/index.ts';
import { retryAfterMs } from '../../../src/wire/errors/retry-after.ts';
import { ASK, chatTarget, testCall, type Json } from '../../support/openai-chat.ts';

type Options = Parameters<typeof chatTarget>[0];

function decode(
  status: number,
  body: unknown,
  options: Options & { headers?: Record<string, string> } = {},
): GatewayError {
  const { headers = {}, ...rest } = options;
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const answer = { status, headers: new Headers(headers), body: bytes };
  return openaiChat.decodeError(answer, testCall(ASK), chatTarget(rest));
}

const said = (message: string, more: Json = {}): Json => ({ error: { message, ...more } });

describe('status and code → kind', () => {
  test.each<[number, unknown, string]>([
    [400, said('x'), 'upstream_bad_request'],
    [422, said('x'), 'upstream_bad_request'],
    [418, said('x'), 'upstream_bad_request'],
    [400, said('Model Not Exist'), 'upstream_unknown_model'],
    [400, said('x-y/z is not a valid model ID'), 'upstream_unknown_model'],
    [
      404,
      said('The model `gpt-9` does not exist or you do not have access to it.', {
        code: 'model_not_found',
      }),
      'upstream_unknown_model',
    ],
    [
      404,
      {
        object: 'error',
        message: 'The model `m` does not exist.',
        type: 'NotFoundError',
        code: 404,
      },
      'upstream_unknown_model',
    ],
    [404, said('model "llama9" not found, try pulling it first'), 'upstream_unknown_model'],
    [404, '404 page not found', 'upstream_not_found'],
    [401, said('x'), 'upstream_unauthorized'],
    [401, said('insufficient quota'), 'upstream_unauthorized'],
    [400, said('Incorrect key', { code: 'invalid_api_key' }), 'upstream_unauthorized'],
    [402, said('x'), 'upstream_billing'],
    [429, said('x', { code: 'insufficient_quota' }), 'upstream_billing'],
    [429, said('x', { type: 'exceeded_current_quota_error' }), 'upstream_billing'],
    [429, said('余额不足或无可用资源包,请充值。', { code: '1113' }), 'upstream_billing'],
    [403, said('Sorry, your account balance: insufficient balance'), 'upstream_billing'],
    [403, said('x'), 'upstream_forbidden'],
    [408, said('x'), 'upstream_timeout'],
    [504, '<html>gateway timeout</html>', 'upstream_timeout'],
    [524, '', 'upstream_timeout'],
    [413, '', 'upstream_too_large'],
    [429, said('slow'), 'rate_limited'],
    [498, said('x'), 'overloaded'],
    [503, said('x'), 'overloaded'],
    [529, said('x'), 'overloaded'],
    [500, said('The engine is currently overloaded'), 'overloaded'],
    [500, said('x'), 'upstream_failed'],
    [502, '<html></html>', 'upstream_failed'],
    [400, said('x', { code: 'tool_use_failed' }), 'upstream_failed'],
    [302, '', 'upstream_redirect'],
  ])('%d %j', (status, body, kind) => {
    const error = decode(status, body);
    expect(error.kind).toBe(kind as never);
    expect(error.upstreamStatus).toBe(status);
    expect(error.passthrough).toBeUndefined();
  });
});

describe('the text of every shape', () => {
  test.each<[unknown]>([
    [said('the cause')],
    [{ error: 'the cause' }],
    [{ object: 'error', message: 'the cause' }],
    [[{ error: { code: 400, message: 'the cause', status: 'INVALID_ARGUMENT' } }]],
    [{ detail: 'the cause' }],
    [{ detail: [{ loc: ['body'], msg: 'the cause', type: 'x' }] }],
    [{ detail: { message: 'the cause' } }],
    [{ message: 'the cause' }],
    [{ code: 1210, msg: 'the cause' }],
    [{ errors: [{ message: 'the cause' }] }],
    [{ errors: ['the cause'] }],
    [
      {
        error: {
          code: 400,
          message: 'Provider returned error',
          metadata: { raw: '{"error":{"message":"the cause"}}', provider_name: 'P' },
        },
      },
    ],
    [{ error: { code: 400, message: 'Provider returned error', metadata: { raw: 'the cause' } } }],
    [{ error: { message: 'flagged', metadata: { reasons: ['the cause'] } } }],
    [
      {
        error: {
          message: 'filtered',
          code: 'content_filter',
          innererror: {
            content_filter_result: { 'the cause': { filtered: true }, hate: { filtered: false } },
          },
        },
      },
    ],
    ['the cause'],
  ])('%j', (body) => expect(decode(400, body).message).toContain('the cause'));

  test.each([
    ['<!DOCTYPE html><h1>x</h1>'],
    [''],
    ['null'],
    ['[]'],
    ['{}'],
    ['7'],
    ['{"error":null}'],
    ['{"error":{}}'],
    ['{"error":[1]}'],
    ['\u0000\uFFFF'],
  ])('nothing to quote in %j', (body) => {
    expect(decode(500, body).message).toMatch(
      /^upstream.test failed with status 500 \(route my-route\)/,
    );
  });
});

describe('messages', () => {
  const of = (status: number, body: unknown = said('the cause')) =>
    decode(status, body, { preset: 'groq' }).message;

  test('say what to do next', () => {
    expect(of(401)).toBe(
      'Groq rejected the API key of route my-route: the cause. ' +
        'Check modelRoutes.my-route.authToken or GROQ_API_KEY. Keys: https://console.groq.com/keys',
    );
    expect(of(402)).toMatch(
      /^Groq has no quota or credit left for route my-route: the cause\. Top up/,
    );
    expect(of(404)).toMatch(
      /https:\/\/api\.groq\.com\/openai\/v1 .*modelRoutes\.my-route\.baseURL/,
    );
    expect(of(400, said('Model Not Exist'))).toMatch(
      /no model "upstream-model".*modelRoutes\.my-route\.model/,
    );
  });

  test.each([400, 401, 402, 403, 404, 408, 413, 429, 500, 503])(
    '%d names route and provider',
    (status) => {
      expect(of(status)).toContain('my-route');
      expect(of(status)).toContain('Groq');
      expect(of(status)).toContain('the cause');
    },
  );

  test('a limit of the output names the setting', () => {
    expect(
      of(400, said('Invalid max_tokens value, the valid range of max_tokens is [1, 8192]')),
    ).toContain('Set modelRoutes.my-route.maxOutputTokens to 8192.');
  });

  test('keys are taken out, long texts are cut', () => {
    const keys = [
      'sk-proj-abcdefghijklmnop',
      'gsk_abcdefghijklmnopqrst',
      `${'0123456789abcdef'.repeat(2)}.abcdefghij`,
      'Bearer abcdefghijk',
    ];
    for (const key of keys) {
      expect(of(401, said(`bad key ${key} given`))).not.toContain(key.slice(-8));
    }
    const long = of(400, said('x '.repeat(100_000)));
    expect(long.length).toBeLessThan(700);
    expect(of(500, 'y'.repeat(100_000)).length).toBeLessThan(500);
  });
});

test('an answer without a body, where that means a context that is too long', () => {
  for (const status of [400, 413]) {
    expect(decode(status, '', { preset: 'cerebras' }).kind).toBe('context_overflow');
  }
  expect(decode(500, '', { preset: 'cerebras' }).kind).toBe('upstream_failed');
});

describe('how long to wait', () => {
  const date = 'Wed, 21 Oct 2026 07:28:00 GMT';
  const epoch = Date.parse(date);
  test.each<[Record<string, string>, number | undefined]>([
    [{}, undefined],
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after': '-1' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': 'Wed, 21 Oct 2026 07:28:10 GMT', date }, 10_000],
    [{ 'retry-after': 'Wed, 21 Oct 2026 07:27:00 GMT', date }, 0],
    [{ 'retry-after-ms': '1500', 'retry-after': '2' }, 1500],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m0s' }, 360_000],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '1.2s' }, 1200],
    [{ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '250ms' }, 250],
    [
      {
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '1h2m3s',
        'x-ratelimit-remaining-requests': '5',
        'x-ratelimit-reset-requests': '9h',
      },
      3_723_000,
    ],
    [{ 'x-ratelimit-remaining-tokens': '5', 'x-ratelimit-reset-tokens': '1.2s' }, undefined],
    [{ 'x-ratelimit-reset': String(epoch + 3000), date }, 3000],
    [{ 'x-ratelimit-reset': '60' }, undefined],
  ])('%j', (headers, expected) => {
    expect(retryAfterMs(new Headers(headers))).toBe(expected as number);
  });

  test('reaches the error', () => {
    expect(decode(429, said('x'), { headers: { 'retry-after': '3' } }).retryAfterMs).toBe(3000);
  });
});
