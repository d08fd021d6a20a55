import { describe, expect, test } from 'bun:test';
import { setValue } from '../../src/config/edit.ts';

const route = { alias: 'n', preset: 'q' };
const add = (text: string) => setValue(text, ['modelRoutes', 'new'], route);
const NEW = '"new": { "alias": "n", "preset": "q" }';

describe('adding a value to a configuration', () => {
  test.each([
    ['nothing', '', `{\n  "modelRoutes": {\n    ${NEW}\n  }\n}\n`],
    ['an empty object', '{}', `{\n  "modelRoutes": {\n    ${NEW}\n  }\n}`],
    [
      'a comment behind the last entry, which stays with it',
      '{\n  "modelRoutes": {\n    "a": {} // of a, and more\n  }\n}',
      `{\n  "modelRoutes": {\n    "a": {}, // of a, and more\n    ${NEW}\n  }\n}`,
    ],
    [
      'a trailing comma, which is kept up',
      '{\n  "modelRoutes": {\n    "a": {}, /* x */\n  },\n}',
      `{\n  "modelRoutes": {\n    "a": {}, /* x */\n    ${NEW},\n  },\n}`,
    ],
    [
      'only a comment inside',
      '{\n  "modelRoutes": {\n    // later\n  }\n}',
      `{\n  "modelRoutes": {\n    // later\n    ${NEW}\n  }\n}`,
    ],
    [
      'tabs',
      '{\n\t"server": {}\n}\n',
      `{\n\t"server": {},\n\t"modelRoutes": {\n\t\t${NEW}\n\t}\n}\n`,
    ],
  ])('%s', (_, before, after) => {
    expect(add(before)).toBe(after);
  });

  test('replaces one value and nothing around it', () => {
    const before = '{ /* 1 */ "modelRoutes": { "new": { "x": 1 /* 2 */ }, "b": {} } /* 3 */ }';
    expect(add(before)).toBe(
      '{ /* 1 */ "modelRoutes": { "new": { "alias": "n", "preset": "q" }, "b": {} } /* 3 */ }',
    );
  });

  test('a long value gets a line for each key', () => {
    const long = { alias: 'a'.repeat(40), baseURL: `https://${'b'.repeat(40)}.example` };
    expect(setValue('{}', ['modelRoutes', 'm'], long)).toBe(
      `{\n  "modelRoutes": {\n    "m": {\n      "alias": "${long.alias}",\n      "baseURL": "${long.baseURL}"\n    }\n  }\n}`,
    );
  });

  test('names and values are escaped, and what is no file is refused', () => {
    const odd = 'a"\\\n$(touch x)';
    expect(JSON.parse(setValue('{}', ['modelRoutes', odd], { alias: odd }))).toEqual({
      modelRoutes: { [odd]: { alias: odd } },
    });
    expect(() => add('')).not.toThrow();
    expect(() => add('[]')).toThrow('no object');
    expect(() => add('{ "modelRoutes": 3 }')).toThrow('no object');
  });
});
