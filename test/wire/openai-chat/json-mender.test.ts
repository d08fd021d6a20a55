import { describe, expect, test } from 'bun:test';
import { JsonMender } from '../../../src/wire/openai-chat/json-mender.ts';
import { Random } from '../../support/random.ts';

/** What comes out of a text that goes in in pieces of a size. */
function mend(text: string, size: number): { readonly out: string; readonly mender: JsonMender } {
  const mender = new JsonMender();
  let out = '';
  for (let at = 0; at < text.length; at += size) out += mender.push(text.slice(at, at + size));
  return { out: out + mender.end(), mender };
}

describe('what models get wrong', () => {
  test.each<[string, string, unknown]>([
    ['a comma before the end', '{"a":[1,2,],"b":{"c":3,},}', { a: [1, 2], b: { c: 3 } }],
    ['two commas', '{"a":1,,"b":2}', { a: 1, b: 2 }],
    ['no comma', '{"a":1\n"b":2}', { a: 1, b: 2 }],
    [
      'Python',
      `{'command': 'ls', 'all': True, 'not': False, 'none': None}`,
      { command: 'ls', all: true, not: false, none: null },
    ],
    [
      'quotes of both kinds',
      `{'a': "it's", "b": 'say "x"', 'c': 'it\\'s'}`,
      { a: "it's", b: 'say "x"', c: "it's" },
    ],
    ['an apostrophe in single quotes', `{'a': 'it's fine'}`, { a: "it's fine" }],
    [
      'keys without quotes',
      '{command: "ls", n-1: 2, $x: "y"}',
      { command: 'ls', 'n-1': 2, $x: 'y' },
    ],
    ['a line end in a string', '{"a":"x\ny\r\n\tz\u0001"}', { a: 'x\ny\r\n\tz\u0001' }],
    ['a quotation mark in a string', '{"a":"echo "hi" there"}', { a: 'echo "hi" there' }],
    ['a quotation mark at its end', '{"a":"echo "hi"","b":1}', { a: 'echo "hi"', b: 1 }],
    ['unknown escapes', '{"a":"C:\\Users\\x \\d+ \\u12 \\\'"}', { a: "C:\\Users\\x \\d+ \\u12 '" }],
    ['a continued line', '{"a":"docker \\\n run"}', { a: 'docker \\\n run' }],
    ['a code fence', '```json\n{"a":1}\n```', { a: 1 }],
    ['encoded twice', JSON.stringify(JSON.stringify({ a: 'ü"\n' })), { a: 'ü"\n' }],
    ['encoded twice, and mended', JSON.stringify("{'a': True,}"), { a: true }],
    ['in quotation marks only', '"{"a":"b"}"', { a: 'b' }],
    ['said twice', '{"a":1}{"a":1}', { a: 1 }],
    ['an empty sketch first', '{}{"a":1}', { a: 1 }],
    ['an empty sketch only', ' { } ', {}],
    ['one bracket too many', '{"a":{"b":1}}}', { a: { b: 1 } }],
    ['words behind it', '{"a":1}</tool_call> I did it', { a: 1 }],
    ['white space before it', ' \n{"a":1}', { a: 1 }],
  ])('%s', (_name, text, value) => {
    for (const size of [1, 2, 3, 7, text.length]) {
      const { out } = mend(text, size);
      expect(JSON.parse(out)).toEqual(value);
    }
  });

  test.each([
    ['an open object', '{"a":"b","c":{"d":1', '{"a":"b","c":{"d":1'],
    ['an open string', '{"a":"rm -rf /tm', '{"a":"rm -rf /tm'],
    ['an object that only lacks its end', '{"a":"b"', '{"a":"b"'],
    ['a half word', '{"a":tr', '{"a":tr'],
    ['half an escape', '{"a":"\\u00', '{"a":"\\u00'],
  ])('%s stays open', (_name, text, expected) => {
    for (const size of [1, 3, text.length]) {
      const { out, mender } = mend(text, size);
      expect(out).toBe(expected);
      expect(mender.complete).toBe(false);
    }
  });

  test.each(['{"a":yes}', '[1,2]', 'ls -la', '{"a":NaN}', '{"a":1]', '{:'])(
    '%s means nothing, and stays',
    (text) => {
      for (const size of [1, 3, text.length]) expect(mend(text, size).out).toBe(text);
    },
  );

  test.each(['', 'null', 'None', ' '])('%j is no arguments', (text) => {
    expect(mend(text, 1).out).toBe('');
  });
});

function randomValue(random: Random, depth: number): unknown {
  const text = () =>
    random
      .list(6, () =>
        random.pick(['a', ' ', '"', '\\', '\n', '🎉', '\u2028', ',', '}', ':', "'", '\u0000', 'é']),
      )
      .join('');
  if (depth === 0 || random.below(3) > 0) {
    return random.pick<unknown>([
      text(),
      text(),
      random.next(),
      -random.below(9),
      1e-7,
      true,
      null,
      '',
    ]);
  }
  return random.below(2) === 0
    ? random.list(3, () => randomValue(random, depth - 1))
    : Object.fromEntries(random.list(3, () => [text(), randomValue(random, depth - 1)]));
}

test('valid JSON comes out as it went in, however it is cut', () => {
  for (let seed = 1; seed <= 4000; seed += 1) {
    const random = new Random(seed);
    const value = { ...(randomValue(random, 3) as object), a: randomValue(random, 3) };
    const space = random.pick([undefined, 1, '\t', ' \n']);
    const text = JSON.stringify(value, null, space);
    const { out, mender } = mend(text, 1 + random.below(9));
    expect([seed, out]).toEqual([seed, text]);
    expect(mender.complete).toBe(true);
  }
});

test('nearly everything is out at once', () => {
  const text = JSON.stringify({
    file_path: '/tmp/x',
    content: 'line "one"\nline two\n'.repeat(50),
  });
  const mender = new JsonMender();
  let sent = 0;
  for (let at = 0; at < text.length; at += 5) {
    sent += mender.push(text.slice(at, at + 5)).length;
    expect(Math.min(at + 5, text.length) - sent).toBeLessThanOrEqual(3);
  }
});

test('whatever comes: the same however it is cut, and no exception', () => {
  const noise = [
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    ':',
    ',',
    '\\',
    'u',
    '0',
    'a',
    ' ',
    '\n',
    'True',
    '`',
    '-',
    '`',
  ];
  for (let seed = 1; seed <= 8000; seed += 1) {
    const random = new Random(seed);
    const broken = Array.from(JSON.stringify({ a: randomValue(random, 2) }));
    for (let count = random.below(4); count >= 0; count -= 1) {
      broken.splice(random.below(broken.length), random.below(3), random.pick(noise));
    }
    const text =
      seed % 3 === 0 ? random.list(14, () => random.pick(noise)).join('') : broken.join('');
    const whole = mend(text, Math.max(1, text.length));
    for (const size of [1, 2, 5]) {
      expect([seed, text, mend(text, size).out]).toEqual([seed, text, whole.out]);
    }
  }
});
