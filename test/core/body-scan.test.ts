import { describe, expect, test } from 'bun:test';
import { findMember, memberOf, replaceModel, scanBody } from '../../src/core/body-scan.ts';
import { GatewayError } from '../../src/core/errors.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array) => new TextDecoder().decode(value);

describe('scanBody', () => {
  const cases: [name: string, body: string, model: string, stream: boolean][] = [
    ['first key', '{"model":"a","stream":true,"messages":[]}', 'a', true],
    ['last key', '{"messages":[{"model":"no","x":["}","]"]}],"model":"b"}', 'b', false],
    ['white space', ' \n{ "stream" : false ,\t"model"\r\n:\n"c" } \n', 'c', false],
    [
      'quotes and backslashes in strings',
      String.raw`{"s":"a\"b\\","t":"\\\"}","model":"d"}`,
      'd',
      false,
    ],
    ['an escaped key', String.raw`{"mod\u0065l":"e"}`, 'e', false],
    ['an escaped value', String.raw`{"model":"\u0066\/x"}`, 'f/x', false],
    ['repeated keys: the last one counts', '{"model":"a","model":"b"}', 'b', false],
    ['letters beyond ASCII', '{"messages":"日本語 🎉","model":"模型"}', '模型', false],
    ['numbers and literals', '{"a":-1.5e3,"b":null,"c":true,"model":"g","stream":true}', 'g', true],
    ['a nested stream is not ours', '{"x":{"stream":true},"model":"h"}', 'h', false],
  ];
  for (const [name, body, model, stream] of cases) {
    test(name, () => {
      const head = scanBody(bytes(body));
      expect([head.model, head.stream]).toEqual([model, stream]);
      // The reference: a real parser.
      const parsed = JSON.parse(body) as { model: string; stream?: boolean };
      expect([head.model, head.stream]).toEqual([parsed.model, parsed.stream ?? false]);
    });
  }

  const malformed: [name: string, body: string, message: RegExp][] = [
    ['empty', '', /not a JSON object/],
    ['an array', '[]', /not a JSON object/],
    ['no model', '{"stream":true}', /"model" is missing/],
    ['a number as model', '{"model":5}', /"model" must be a string/],
    ['an empty model', '{"model":" "}', /"model" is empty/],
    ['cut in a string', '{"model":"a","messages":"x', /never ends/],
    ['cut in an object', '{"model":"a","messages":[{"a":1}', /never ends/],
    ['cut behind a colon', '{"model":', /a value/],
    ['cut behind a value', '{"model":"a"', /"," or "}"/],
    ['text behind the end', '{"model":"a"} x', /the end of the body/],
    ['no quotes', '{model:"a"}', /double quotes/],
    ['a bad escape', String.raw`{"model":"\x"}`, /not a valid JSON string/],
  ];
  for (const [name, body, message] of malformed) {
    test(`refuses: ${name}`, () => {
      expect(() => scanBody(bytes(body))).toThrow(message);
      expect(() => scanBody(bytes(body))).toThrow(GatewayError);
    });
  }

  test('every cut of a body is refused, none hangs or passes', () => {
    const whole = String.raw`{"messages":[{"content":"a\"b"}],"model":"m","stream":true}`;
    for (let length = 0; length < whole.length; length++) {
      expect(() => scanBody(bytes(whole.slice(0, length)))).toThrow(GatewayError);
    }
  });
});

describe('replaceModel', () => {
  test('changes the value and not one byte besides', () => {
    const body = '{ "n": 12345678901234567890, "model" : "mm25", "s":"\\u00e9 é" }';
    const { modelSpan } = scanBody(bytes(body));
    const name = 'a "b" é';
    expect(text(replaceModel(bytes(body), modelSpan, name))).toBe(
      body.replace('"mm25"', JSON.stringify(name)),
    );
  });

  test('without a new name the bytes are the same object', () => {
    const body = bytes('{"model":"claude-x"}');
    expect(replaceModel(body, scanBody(body).modelSpan, null)).toBe(body);
  });
});

describe('memberOf', () => {
  test('reads what the scan found; of repeated keys the last one', () => {
    const body = bytes('{"a": 1,"é":{"b":[2]},"model":"m","a":"\\u0041"}');
    const call = { body, ...scanBody(body) };
    expect(memberOf(call, 'a')).toBe(String.raw`"\u0041"`);
    expect(memberOf(call, 'b')).toBeNull();
    expect(memberOf(call, 'model')).toBe('"m"');
  });

  test('a body that is a part of a larger buffer is read at its own place', () => {
    const body = bytes('xx{"model":"m","a":1}').subarray(2);
    expect(memberOf({ body, ...scanBody(body) }, 'a')).toBe('1');
  });
});

describe('findMember', () => {
  test("gives a member's own text, at the top level only", () => {
    const body = bytes('{"content":[{"usage":{"a":1}}],"usage": {"b":"é"} ,"x":"\\"usage\\":{}"}');
    expect(findMember(body, 'usage')).toBe('{"b":"é"}');
    expect(findMember(body, 'a')).toBeNull();
  });

  test('finds nothing in what is no whole object', () => {
    for (const text of ['', '[]', '{"usage":1', 'usage']) {
      expect(findMember(bytes(text), 'usage')).toBeNull();
    }
  });
});
