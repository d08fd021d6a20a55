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

describe('a context that is too long, in the words of each vendor', () => {
  test.each<[string, number, unknown, string]>([
    [
      'OpenAI',
      400,
      said(
        "This model's maximum context length is 128,000 tokens. However, your messages resulted in 130,001 tokens. Please reduce the length of the messages.",
        { code: 'context_length_exceeded' },
      ),
      '130001 tokens > 128000',
    ],
    [
      'DeepSeek',
      400,
      said(
        "This model's maximum context length is 131072 tokens. However, you requested 170000 tokens (138000 in the messages, 32000 in the completion). Please reduce the length of the messages or completion.",
      ),
      '138000 tokens > 131072',
    ],
    [
      'vLLM',
      400,
      {
        object: 'error',
        message:
          "This model's maximum context length is 32768 tokens. However, your request has 40000 input tokens.",
      },
      '* tokens > 32768',
    ],
    [
      'Gemini',
      400,
      [
        {
          error: {
            code: 400,
            message:
              'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
          },
        },
      ],
      '1200000 tokens > 1048576',
    ],
    [
      'xAI',
      400,
      {
        code: 'Client specified an invalid argument',
        error:
          "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
      },
      '537812 tokens > 131072',
    ],
    [
      'Together',
      422,
      said("The input (150000 tokens) is longer than the model's context length (131072 tokens)."),
      '150000 tokens > 131072',
    ],
    [
      'llama.cpp',
      400,
      said('the request exceeds the available context size. try increasing the context size', {
        n_prompt_tokens: 5000,
        n_ctx: 4096,
      }),
      '5000 tokens > 4096',
    ],
    [
      'llama.cpp, with numbers',
      400,
      said('request (5000 tokens) exceeds the available context size (4096 tokens)'),
      '5000 tokens > 4096',
    ],
    [
      'LM Studio',
      400,
      said(
        'Trying to keep the first 10000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens',
      ),
      '10000 tokens > 4096',
    ],
    [
      'MiniMax',
      400,
      said('invalid params, context window exceeds limit (2013)'),
      '* tokens > 200000',
    ],
    [
      'Kimi',
      400,
      said('Invalid request: Your request exceeded model token limit: 262144 (requested: 300000)'),
      '300000 tokens > 262144',
    ],
    [
      'Mistral',
      400,
      {
        object: 'error',
        message:
          'Prompt contains 140000 tokens and 0 draft tokens, too large for model with 131072 maximum context length',
      },
      '140000 tokens > 131072',
    ],
    [
      'Ollama',
      400,
      said('prompt too long; exceeded max context length by 100 tokens'),
      '* tokens > *',
    ],
    [
      'Copilot',
      400,
      said('prompt token count of 148000 exceeds the limit of 128000', {
        code: 'model_max_prompt_tokens_exceeded',
      }),
      '148000 tokens > 128000',
    ],
    ['Model Studio', 400, said('Range of input length should be [1, 129024]'), '* tokens > 129024'],
    ['GLM', 400, said('Prompt exceeds max length', { code: '1261' }), '* tokens > 200000'],
    [
      'OpenRouter',
      400,
      {
        error: {
          code: 400,
          message: 'Provider returned error',
          metadata: {
            raw: '{"error":{"message":"prompt is too long: 210000 tokens > 200000 maximum"}}',
          },
        },
      },
      '210000 tokens > 200000',
    ],
    [
      'Groq, one request above the limit per minute',
      413,
      said(
        'Request too large for model `m` on tokens per minute (TPM): Limit 6000, Requested 7000, please reduce your message size',
        { code: 'rate_limit_exceeded' },
      ),
      '7000 tokens > 6000',
    ],
    ['a status of its own', 500, said('input length exceeds the context length'), '* tokens > *'],
  ])('%s', (_vendor, status, body, numbers) => {
    const error = decode(status, body, { facts: { contextWindow: 200_000 } });
    expect(error.kind).toBe('context_overflow');
    const [, input, limit] =
      /^prompt is too long: (\d+) tokens > (\d+) maximum/.exec(error.message) ?? [];
    const [wantedInput, wantedLimit] = numbers.split(' tokens > ');
    if (wantedInput !== '*') expect(input).toBe(wantedInput);
    if (wantedLimit !== '*') expect(limit).toBe(wantedLimit);
    expect(Number(input)).toBeGreaterThan(Number(limit));
  });

  test.each<[number, unknown, string]>([
    [
      429,
      said('Rate limit reached on tokens per minute (TPM): Limit 6000, Used 5000, Requested 2000'),
      'rate_limited',
    ],
    [429, said('Too many requests: the maximum context length per minute'), 'rate_limited'],
    [401, said('maximum context length'), 'upstream_unauthorized'],
    [400, said('temperature exceeds the limit of 2'), 'upstream_bad_request'],
  ])('not one: %d %j', (status, body, kind) => {
    expect(decode(status, body).kind).toBe(kind as never);
  });

  test('only the reply did not fit', () => {
    const body = said(
      "This model's maximum context length is 131072 tokens. However, you requested 152000 tokens (120000 in the messages, 32000 in the completion).",
    );
    expect(decode(400, body).message).toStartWith(
      'input length and `max_tokens` exceed context limit: 120000 + 32000 > 131072, decrease input length or `max_tokens` and try again',
    );
  });

  test('an answer without a body, where that is what it means', () => {
    for (const status of [400, 413]) {
      expect(decode(status, '', { preset: 'cerebras' }).kind).toBe('context_overflow');
    }
    expect(decode(500, '', { preset: 'cerebras' }).kind).toBe('upstream_failed');
  });
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
