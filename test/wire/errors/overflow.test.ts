import { describe, expect, test } from 'bun:test';
import type { GatewayError } from '../../../src/core/errors.ts';
import { findProvider } from '../../../src/providers/catalog.ts';
import { WIRE_NAMES, type WireName } from '../../../src/providers/spec.ts';
import type { ModelFacts, Target } from '../../../src/providers/target.ts';
import { wireFormat } from '../../../src/wire/index.ts';
import { ASK, testCall, type Json } from '../../support/openai-chat.ts';
import { testTarget } from '../../support/target.ts';

const answerOf = (status: number, body: unknown) => ({
  status,
  headers: new Headers(),
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});

function decoderOf(wire: WireName, changes: Partial<Target> = {}) {
  return (status: number, body: unknown, facts: ModelFacts = {}): GatewayError => {
    const target = testTarget({ wire, facts, ...changes });
    return wireFormat(wire).decodeError(answerOf(status, body), testCall(ASK), target);
  };
}

const said = (message: string, more: Json = {}): Json => ({ error: { message, ...more } });

describe.each(WIRE_NAMES)(
  'a context that is too long, told by an upstream that speaks %s',
  (wire) => {
    const decode = decoderOf(wire);

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
        said(
          "The input (150000 tokens) is longer than the model's context length (131072 tokens).",
        ),
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
        said(
          'Invalid request: Your request exceeded model token limit: 262144 (requested: 300000)',
        ),
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
      [
        'Model Studio',
        400,
        said('Range of input length should be [1, 129024]'),
        '* tokens > 129024',
      ],
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
      [
        'vLLM, since 0.20',
        400,
        said(
          "This model's maximum context length is 262144 tokens. However, you requested 0 output tokens and your prompt contains at least 262145 input tokens, for a total of at least 262145 tokens.",
        ),
        '262145 tokens > 262144',
      ],
      [
        'Poolside',
        400,
        said('Input length 131393 exceeds the maximum allowed input length of 131040 tokens.'),
        '131393 tokens > 131040',
      ],
      [
        'a proxy of vLLM',
        400,
        said("Input length (265330) exceeds model's maximum context length (262144)."),
        '265330 tokens > 262144',
      ],
      ['a type alone', 400, said('no room', { type: 'exceed_context_size_error' }), '* tokens > *'],
      ['a status of its own', 500, said('input length exceeds the context length'), '* tokens > *'],
    ])('%s', (_vendor, status, body, numbers) => {
      const error = decode(status, body, { contextWindow: 200_000 });
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
        said(
          'Rate limit reached on tokens per minute (TPM): Limit 6000, Used 5000, Requested 2000',
        ),
        'rate_limited',
      ],
      [429, said('Too many requests: the maximum context length per minute'), 'rate_limited'],
      [401, said('maximum context length'), 'upstream_unauthorized'],
      [400, said('temperature exceeds the limit of 2'), 'upstream_bad_request'],
    ])('not one: %d %j', (status, body, kind) => {
      expect(decode(status, body).kind).toBe(kind as never);
    });

    test('only the reply did not fit, in the parts that OpenRouter tells', () => {
      const body = said(
        "This endpoint's maximum context length is 262144 tokens. However, you requested about 284283 tokens (8963 of text input, 13176 of tool input, 262144 in the output). Please reduce the length of either one.",
      );
      expect(decode(400, body).message).toStartWith(
        'input length and `max_tokens` exceed context limit: 22139 + 262144 > 262144, ',
      );
    });

    test('only the reply did not fit', () => {
      const body = said(
        "This model's maximum context length is 131072 tokens. However, you requested 152000 tokens (120000 in the messages, 32000 in the completion).",
      );
      expect(decode(400, body).message).toStartWith(
        'input length and `max_tokens` exceed context limit: 120000 + 32000 > 131072, decrease input length or `max_tokens` and try again',
      );
    });
  },
);

describe('in whose words the client hears of it', () => {
  const minimax = said('invalid params, context window exceeds limit (2013)');
  const exact = said('prompt is too long: 210000 tokens > 200000 maximum');

  test("a third party's error becomes Anthropic's", () => {
    const error = decoderOf('anthropic-messages')(400, minimax, { contextWindow: 1000 });
    expect(error.passthrough).toBeUndefined();
    expect(error.message).toEndWith(' tokens > 1000 maximum (Test Provider, route test-model)');
  });

  test('one that says it in these words already passes through', () => {
    expect(decoderOf('anthropic-messages')(400, exact).passthrough?.status).toBe(400);
  });

  test("Anthropic's own answers always pass through, and lead to a fallback all the same", () => {
    const provider = findProvider('anthropic');
    if (provider === undefined) throw new Error('no such preset');
    const decode = decoderOf('anthropic-messages', {
      provider,
      baseURL: 'https://api.anthropic.com',
    });
    for (const body of [minimax, exact]) {
      const error = decode(400, body);
      expect(error.kind).toBe('context_overflow');
      expect(error.rule.fallback).toBe(true);
      expect(Buffer.from(error.passthrough?.body ?? []).toString()).toBe(JSON.stringify(body));
    }
  });

  test('an error under status 200, as a body and as the first event of a stream', () => {
    const encoded = wireFormat('anthropic-messages').encode(testCall(ASK), testTarget());
    const body = Buffer.from(JSON.stringify({ type: 'error', ...minimax }));
    const words = /^prompt is too long: \d+ tokens > \d+ maximum/;
    expect(() => encoded.decoder.body(body)).toThrow(words);
    const stream = encoded.decoder.stream();
    stream.push(Buffer.from(`event: error\ndata: ${body.toString()}\n\n`));
    expect(stream.error?.kind).toBe('context_overflow');
    expect(stream.error?.message).toMatch(words);
  });
});
