import { describe, expect, test } from 'bun:test';
import { GatewayError } from '../../src/core/errors.ts';
import { JsonNode } from '../../src/wire/json-node.ts';
import { recordedRequests } from '../support/fixtures.ts';

const node = (text: string) => JsonNode.parse(Buffer.from(text));
const text = (value: JsonNode) => value.bytes().toString('utf8');

describe('reading changes nothing', () => {
  const odd = String.raw` { "a" : [ 1.0 , 1e400, 12345678901234567890 ] , "b\"" : { } ,"":null, "ü" :"\ud83d" } `;

  test('spaces, escapes, numbers that JavaScript has no room for', () => {
    const root = node(odd);
    expect(root.keys()).toEqual(['a', 'b"', '', 'ü']);
    expect(
      root
        .get('a')
        ?.items()
        .map((one) => one.bytes().toString()),
    ).toEqual(['1.0', '1e400', '12345678901234567890']);
    expect(text(root)).toBe(odd.trimStart());
  });

  const recorded = recordedRequests.filter(({ body }) => body !== undefined);
  test.each(recorded.map((one) => [one.name, JSON.stringify(one.body)]))(
    '%s, opened',
    (_name, body) => {
      const root = node(body);
      const open = (one: JsonNode): void => {
        one.keys().forEach((key) => open(one.get(key)!));
        one.items().forEach(open);
      };
      open(root);
      expect(text(root)).toBe(body);
      expect(root.value()).toEqual(JSON.parse(body));
    },
  );
});

describe('changes', () => {
  const body = '{"a": [1.0, {"x": 1e2}, "s"], "b" : {"c":  true}, "a2": 0.10}';

  test('a member gets another value, the rest of its object stays', () => {
    const root = node(body);
    root.get('b')?.set('c', JsonNode.of({ new: 'ü' }));
    expect(text(root)).toBe('{"a":[1.0, {"x": 1e2}, "s"],"b":{"c":{"new":"ü"}},"a2":0.10}');
  });

  test('a member is added, another taken out', () => {
    const root = node(body);
    root.set('z', JsonNode.of(null));
    expect(root.delete('a')).toBe(true);
    expect(root.delete('nothing')).toBe(false);
    expect(text(root)).toBe('{"b":{"c":  true},"a2":0.10,"z":null}');
  });

  test('elements are moved to another place with what was changed in them', () => {
    const root = node(body);
    const [first, second, third] = root.get('a')!.items();
    second!.set('y', JsonNode.of([]));
    root.get('a')!.setItems([third!, second!, first!]);
    expect(text(root.get('a')!)).toBe('["s",{"x":1e2,"y":[]},1.0]');
    expect(root.value()).toMatchObject({ a: ['s', { x: 100, y: [] }, 1] });
  });

  test('everything can be taken out', () => {
    const root = node('{"a":[1],"b":2}');
    root.get('a')!.setItems([]);
    root.delete('b');
    expect(text(root)).toBe('{"a":[]}');
    root.delete('a');
    expect(text(root)).toBe('{}');
  });

  test('of repeated keys the last one counts, and both are taken out', () => {
    const root = node('{"a":1,"a":2}');
    expect(root.get('a')?.value()).toBe(2);
    root.delete('a');
    expect(text(root)).toBe('{}');
  });
});

test('a value that is none of an object, an array or a string has nothing in it', () => {
  for (const one of ['1', 'null', 'true', 'nonsense', '']) {
    expect([node(one).get('a'), node(one).items(), node(one).text()]).toEqual([
      undefined,
      [],
      undefined,
    ]);
  }
});

test('text that is cut off is a malformed request, wherever it is opened', () => {
  for (const cut of ['{"a":[1,', '{"a":{"b":"', '[{"a":1}', '{"a" 1}', '["a" "b"]']) {
    const open = (one: JsonNode): void => {
      one.keys().forEach((key) => open(one.get(key)!));
      one.items().forEach(open);
    };
    expect(() => open(node(cut))).toThrow(GatewayError);
  }
});
