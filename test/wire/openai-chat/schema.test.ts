import { describe, expect, test } from 'bun:test';
import { allowsStrict, toolParameters } from '../../../src/wire/openai-chat/schema/index.ts';
import { mfjsProblem } from '../../support/chat-vendors/mfjs.ts';
import type { Json } from '../../support/openai-chat.ts';

describe('schemas', () => {
  const empty = { type: 'object', properties: {} };

  test.each([
    ['nothing', undefined, empty],
    ['no object', 'x', empty],
    ['no type', { properties: { a: {} } }, { type: 'object', properties: { a: {} } }],
    ['another type', { type: 'string' }, empty],
    ['$schema', { $schema: 'x', type: 'object' }, empty],
    [
      'allOf at the root',
      {
        allOf: [
          { properties: { a: {} }, required: ['a'] },
          { properties: { b: {} }, additionalProperties: false },
        ],
      },
      {
        type: 'object',
        properties: { a: {}, b: {} },
        required: ['a'],
        additionalProperties: false,
      },
    ],
    [
      'anyOf at the root',
      {
        anyOf: [
          { properties: { a: {}, k: {} }, required: ['a', 'k'] },
          { properties: { b: {}, k: {} }, required: ['k'] },
        ],
      },
      { type: 'object', properties: { a: {}, k: {}, b: {} }, required: ['k'] },
    ],
    [
      'conditions only',
      { type: 'object', properties: { a: {} }, oneOf: [{ required: ['a'] }] },
      { type: 'object', properties: { a: {} } },
    ],
  ])('%s', (_name, schema, expected) => {
    expect(toolParameters(schema, 'json-schema')).toEqual(expected);
  });

  test('the rest is untouched', () => {
    const schema = {
      type: 'object',
      properties: {
        a: { anyOf: [{ type: 'string' }, { type: 'null' }], default: null, format: 'uri' },
      },
      required: ['a'],
      additionalProperties: false,
      $defs: { x: { type: 'string' } },
    };
    expect(toolParameters(schema, 'json-schema')).toEqual(schema);
  });

  test('Gemini’s subset', () => {
    const schema = {
      $schema: 'x',
      type: 'object',
      additionalProperties: false,
      properties: {
        kind: { const: 'a' },
        when: { type: 'string', format: 'date-time', default: 'x' },
        mail: { type: 'string', format: 'email' },
        size: { type: ['integer', 'null'], exclusiveMinimum: 0 },
        either: { type: ['string', 'number'] },
        tree: { $ref: '#/$defs/Tree' },
        default: { type: 'string' },
        list: { type: 'array', items: { oneOf: [{ type: 'string', propertyNames: {} }] } },
      },
      $defs: {
        Tree: {
          type: 'object',
          properties: { child: { $ref: '#/$defs/Tree' }, leaf: { type: 'string' } },
        },
      },
    };
    expect(toolParameters(schema, 'gemini')).toEqual({
      type: 'object',
      properties: {
        kind: { type: 'string', enum: ['a'] },
        when: { type: 'string', format: 'date-time' },
        mail: { type: 'string' },
        size: { type: 'integer', nullable: true },
        either: { anyOf: [{ type: 'string' }, { type: 'number' }] },
        tree: {
          type: 'object',
          properties: { child: { type: 'object' }, leaf: { type: 'string' } },
        },
        default: { type: 'string' },
        list: { type: 'array', items: { anyOf: [{ type: 'string' }] } },
      },
    });
  });

  test('references that multiply are cut off', () => {
    const level = (next: string) => ({
      type: 'object',
      properties: Object.fromEntries(
        ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((key) => [key, { $ref: `#/$defs/${next}` }]),
      ),
    });
    const $defs = Object.fromEntries(
      Array.from({ length: 12 }, (_, index) => [`L${index}`, level(`L${index + 1}`)]),
    );
    const start = performance.now();
    toolParameters({ type: 'object', properties: { x: { $ref: '#/$defs/L0' } }, $defs }, 'gemini');
    expect(performance.now() - start).toBeLessThan(200);
  });

  test('what else Gemini rejects', () => {
    const schema = {
      type: 'object',
      properties: {
        size: { type: 'integer', enum: [1, 2] },
        mode: { enum: ['a', 'b', null] },
        list: { type: 'array' },
        pair: { type: 'array', items: [{ type: 'number' }, { type: 'string' }] },
        any: true,
      },
      required: ['size', 'gone'],
    };
    expect(toolParameters(schema, 'gemini')).toEqual({
      type: 'object',
      properties: {
        size: { type: 'integer' },
        mode: { type: 'string', enum: ['a', 'b'], nullable: true },
        list: { type: 'array', items: { type: 'string' } },
        pair: { type: 'array', items: { type: 'number' } },
        any: {},
      },
      required: ['size'],
    });
  });

  test('a definition that the root refers to becomes the root', () => {
    const inner = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
    const schema = { $ref: '#/definitions/Input', definitions: { Input: inner } };
    for (const dialect of ['json-schema', 'gemini', 'mfjs'] as const) {
      expect(toolParameters(schema, dialect)).toMatchObject(inner);
    }
    const endless = { $ref: '#/$defs/A', $defs: { A: { $ref: '#/$defs/A' } } };
    expect(toolParameters(endless, 'mfjs')).toEqual(empty);
  });

  test('Moonshot’s flavour', () => {
    const schema = {
      type: 'object',
      properties: {
        pair: { type: 'array', items: [{ type: 'string' }, { type: 'number' }] },
        either: { type: 'string', anyOf: [{ minLength: 1 }, { type: 'number' }] },
        asset: { $ref: '#/$defs/Asset', description: 'which one' },
        output: true,
        mode: { enum: ['a', 1, null], description: ['x'] },
        fixed: { const: 'a' },
        target: {
          type: 'object',
          description: 'where',
          properties: { x: { type: 'string' }, y: { type: 'string' } },
          oneOf: [{ required: ['x'] }, { required: ['y', 'z'] }],
        },
        both: { allOf: [{ type: 'object', properties: { a: {} } }, { required: ['a'] }] },
      },
      required: ['pair', 'gone'],
      $defs: {
        Asset: { type: 'object', properties: { next: { $ref: '#/$defs/Asset' } } },
      },
    };
    const target = { type: 'object', properties: { x: { type: 'string' }, y: { type: 'string' } } };
    expect(toolParameters(schema, 'mfjs')).toEqual({
      type: 'object',
      properties: {
        pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }] },
        either: { anyOf: [{ type: 'string', minLength: 1 }, { type: 'number' }] },
        asset: {
          type: 'object',
          properties: { next: { type: 'object' } },
          description: 'which one',
        },
        output: {},
        mode: { enum: ['a'] },
        fixed: { enum: ['a'] },
        target: {
          description: 'where',
          anyOf: [
            { ...target, required: ['x'] },
            { ...target, required: ['y'] },
          ],
        },
        both: { type: 'object', properties: { a: {} }, required: ['a'] },
      },
      required: ['pair'],
    });
    expect(mfjsProblem(schema)).not.toBeNull();
    expect(mfjsProblem(toolParameters(schema, 'mfjs'))).toBeNull();
  });

  test('choices that multiply are cut off', () => {
    let schema: Json = { type: 'string' };
    for (let depth = 0; depth < 60; depth += 1) {
      schema = {
        type: 'object',
        properties: { x: schema },
        anyOf: [{ title: 'a' }, { title: 'b' }],
      };
    }
    const start = performance.now();
    const root = { type: 'object', properties: { x: schema } };
    expect(mfjsProblem(toolParameters(root, 'mfjs'))).toBeNull();
    expect(performance.now() - start).toBeLessThan(200);
  });

  test('what strict mode takes', () => {
    const inner = {
      type: 'object',
      properties: { a: { type: 'string' } },
      required: ['a'],
      additionalProperties: false,
    };
    expect(allowsStrict(inner)).toBe(true);
    expect(allowsStrict({ ...inner, required: [] })).toBe(false);
    expect(allowsStrict({ ...inner, additionalProperties: true })).toBe(false);
    expect(
      allowsStrict({
        type: 'object',
        properties: { x: { ...inner, required: [] } },
        required: ['x'],
        additionalProperties: false,
      }),
    ).toBe(false);
  });
});
