import { afterAll, describe, expect, test } from 'bun:test';
import { GatewayError } from '../../src/core/errors.ts';
import type { Target } from '../../src/providers/target.ts';
import { openaiChat } from '../../src/wire/openai-chat/index.ts';
import { assertWellFormed } from '../support/grammar.ts';
import {
  ASK,
  bodyOf,
  CHUNK_SIZES,
  chatTarget,
  decodeStream,
  testCall,
  type Json,
  type StreamResult,
} from '../support/openai-chat.ts';
import {
  ERROR_CHECKS,
  REQUEST_CHECKS,
  RESPONSE_CHECKS,
  STREAM_CHECKS,
  type Checks,
} from './checks.ts';
import { missing, pointed } from './subset.ts';
import { LAYERS } from './layers.ts';
import { VECTORS, type Vector } from './vectors.ts';

const decoder = new TextDecoder();

/** Presets by the names that the vectors use. */
const PRESETS: Readonly<Record<string, string>> = { moonshot: 'kimi' };

function targetOf(vector: Vector): Target {
  const { kind, vision, model } = vector.profile ?? {};
  return chatTarget({
    ...(kind === undefined ? {} : { preset: PRESETS[kind] ?? kind }),
    ...(model === undefined ? {} : { model }),
    ...(vision === undefined ? {} : { facts: { vision } }),
  });
}

/** Every word of a vector is held by an entry of the table; one without an entry fails. */
function checkWords<Outcome>(table: Checks<Outcome>, vector: Vector, outcome: Outcome): void {
  for (const word of vector.expect.assert ?? []) {
    const check = table[vector.name]?.[word];
    if (check === undefined) throw new Error(`no check for ${vector.name}: ${word}`);
    check(outcome, vector);
  }
}

/** What was run, by name: how often. */
const runs = new Map<string, number>();

function ran(vector: Vector): void {
  runs.set(vector.name, (runs.get(vector.name) ?? 0) + 1);
}

afterAll(() => {
  const total = [...runs.values()].reduce((sum, count) => sum + count, 0);
  const sizes = CHUNK_SIZES.filter((size) => size > 0).join(', ');
  console.log(
    `${runs.size} of ${VECTORS.length} vectors, ${total} runs: streams in chunks of ` +
      `${sizes} bytes and whole, replies as JSON and as streams`,
  );
});

function vectorsOf(direction: Vector['direction']): Vector[] {
  return VECTORS.filter((one) => one.direction === direction && !(one.name in LAYERS));
}

describe('request', () => {
  for (const vector of vectorsOf('request')) {
    test(vector.name, () => {
      const body = bodyOf(openaiChat.encode(testCall(vector.input), targetOf(vector)));
      expect(missing(vector.expect.openai ?? {}, body)).toBeNull();
      for (const pointer of vector.expect.absent ?? []) {
        expect([pointer, pointed(body, pointer)]).toEqual([pointer, undefined]);
      }
      const messages = body['messages'] as Json[];
      checkWords(REQUEST_CHECKS, vector, { body, messages, raw: JSON.stringify(body) });
      ran(vector);
    });
  }
});

const sizeName = (size: number) => (size === 0 ? 'as it is' : `${size} bytes at a time`);

describe('response', () => {
  for (const vector of vectorsOf('response')) {
    const { req, body, bodies } = vector.input as { req: Json; body?: Json; bodies?: Json[] };

    test(vector.name, () => {
      const { decoder: reply } = openaiChat.encode(testCall(req), targetOf(vector));
      const messages = (bodies ?? [body]).map((one) => {
        const bytes = Buffer.from(JSON.stringify(one));
        return JSON.parse(decoder.decode(reply.body(bytes).body)) as Json;
      });
      expect(missing(vector.expect.anthropic ?? {}, messages[0])).toBeNull();
      for (const message of messages) {
        expect(message).toMatchObject({ type: 'message', role: 'assistant', model: req['model'] });
      }
      checkWords(RESPONSE_CHECKS, vector, messages);
      ran(vector);
    });

    for (const size of CHUNK_SIZES) {
      test(`${vector.name}, as a stream, ${sizeName(size)}`, () => {
        for (const one of bodies ?? [body]) {
          const request = { ...req, stream: true };
          const result = decodeStream([JSON.stringify(one)], { request, size });
          assertWellFormed(result.events);
          expect(missing(vector.expect.anthropic ?? {}, result.message)).toBeNull();
        }
        ran(vector);
      });
    }
  }
});

function decodeVector(vector: Vector, size: number): StreamResult {
  const { input } = vector;
  const chunks = Array.isArray(input['chunks_b64'])
    ? (input['chunks_b64'] as string[]).map((one) => Buffer.from(one, 'base64'))
    : [String(input['sse'])];
  const reset = new GatewayError('connection_lost', 'The connection was lost.');
  return decodeStream(chunks, {
    target: targetOf(vector),
    size,
    ...(input['eof'] === 'reset'
      ? { end: (transform: StreamResult['transform']) => transform.fail(reset) }
      : {}),
  });
}

/** Text or arguments of each block, joined. */
function joined(result: StreamResult): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const event of result.visible) {
    if (event.type !== 'content_block_delta') continue;
    const { delta, index } = event;
    const piece =
      delta.type === 'text_delta'
        ? delta.text
        : delta.type === 'input_json_delta'
          ? delta.partial_json
          : '';
    texts[index] = (texts[index] ?? '') + piece;
  }
  return texts;
}

/** Vectors leave the deltas of arguments out where `joined` tells them. */
function comparable(result: StreamResult): unknown[] {
  return result.visible.filter(
    (event) => event.type !== 'content_block_delta' || event.delta.type !== 'input_json_delta',
  );
}

describe('stream', () => {
  for (const vector of vectorsOf('stream')) {
    for (const size of CHUNK_SIZES) {
      test(`${vector.name}, ${sizeName(size)}`, () => {
        const result = decodeVector(vector, size);
        assertWellFormed(result.events);
        expect(result.message).toEqual(decodeVector(vector, 0).message);
        if (vector.expect.events !== undefined) {
          expect(missing(vector.expect.events, comparable(result))).toBeNull();
        }
        const texts = joined(result);
        for (const [index, text] of Object.entries(vector.expect.joined ?? {})) {
          expect(texts[index]).toBe(text);
        }
        checkWords(STREAM_CHECKS, vector, result);
        ran(vector);
      });
    }
  }

  test('st_json_body_on_stream_request, announced as JSON', () => {
    const vector = VECTORS.find((one) => one.name === 'st_json_body_on_stream_request');
    const { decoder: reply } = openaiChat.encode(testCall(ASK), chatTarget());
    const { body } = reply.bodyAsStream(Buffer.from(String(vector?.input['sse'])));
    const whole = decodeVector(vector!, 0);
    expect(decoder.decode(body)).toBe(whole.text);
  });
});

describe('error', () => {
  for (const vector of vectorsOf('error')) {
    test(vector.name, () => {
      const { status, headers, body, ctx, max_tokens } = vector.input as {
        status: number;
        headers: Record<string, string>;
        body: unknown;
        ctx: number;
        max_tokens: number;
      };
      const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
      const call = testCall({ ...ASK, max_tokens });
      const target = chatTarget({ preset: 'kimi', facts: { contextWindow: ctx } });
      const answer = { status, headers: new Headers(headers), body: bytes };
      const error = openaiChat.decodeError(answer, call, target);
      const sent: Record<string, string> =
        error.rule.shouldRetry === undefined
          ? {}
          : { 'x-should-retry': String(error.rule.shouldRetry) };

      expect(error.rule.status).toBe(vector.expect.status!);
      expect(error.rule.type).toBe(vector.expect.type as typeof error.rule.type);
      expect(error.upstreamStatus).toBe(status);
      expect(sent).toMatchObject(vector.expect.headers ?? {});
      if (vector.expect.message_re !== undefined) {
        expect(error.message).toMatch(new RegExp(vector.expect.message_re));
      }
      checkWords(ERROR_CHECKS, vector, { error, requestId: call.id });
      ran(vector);
    });
  }
});

describe('in the layers around', () => {
  for (const [name, hold] of Object.entries(LAYERS)) {
    test(name, async () => {
      const vector = VECTORS.find((one) => one.name === name);
      expect(vector).toBeDefined();
      await hold(vector!);
      ran(vector!);
    });
  }
});

test('every vector has a name of its own', () => {
  const names = VECTORS.map((vector) => vector.name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(61);
});
