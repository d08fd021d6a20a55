import { describe, expect, test } from 'bun:test';
import { configJsonSchema } from '../../src/config/schema.ts';

type Node = Record<string, unknown>;

const schema = configJsonSchema(['deepseek', 'openrouter']);

/** Every key that the schema knows, by its path. */
function properties(node: Node, path = ''): [string, Node][] {
  const below: [string, Node][] = [];
  for (const [name, child] of Object.entries((node['properties'] as Node | undefined) ?? {})) {
    below.push([`${path}${name}`, child as Node], ...properties(child as Node, `${path}${name}.`));
  }
  const values = node['additionalProperties'];
  if (typeof values === 'object' && values !== null)
    below.push(...properties(values as Node, `${path}*.`));
  for (const option of (node['anyOf'] as Node[] | undefined) ?? [])
    below.push(...properties(option, path));
  return below;
}

const known = new Map(properties(schema));

describe('the JSON Schema', () => {
  test('knows every section and key', () => {
    const top = [...known.keys()].filter((path) => !path.includes('.'));
    expect(top).toEqual([
      '$schema',
      'modelRoutes',
      'scenarios',
      'server',
      'retry',
      'cache',
      'rateLimit',
      'timeouts',
      'usage',
      'budget',
      'log',
    ]);
    const route = [...known.keys()].filter((path) => /^modelRoutes\.\*\.[^.]+$/.test(path));
    expect(route.map((path) => path.split('.')[2])).toEqual([
      'alias',
      'preset',
      'baseURL',
      'authToken',
      'wire',
      'model',
      'headers',
      'apiVersion',
      'contextWindow',
      'maxOutputTokens',
      'vision',
      'preflight',
      'pricing',
      'description',
      'agent',
      'fallback',
      'compat',
    ]);
  });

  test('explains every key, with an example or a default', () => {
    for (const [path, node] of known) {
      expect([path, typeof node['description']]).toEqual([path, 'string']);
      const shown = 'examples' in node || 'default' in node || node['type'] === 'object';
      expect([path, shown]).toEqual([path, true]);
    }
  });

  test('takes no unknown keys and offers the presets', () => {
    expect(schema['additionalProperties']).toBe(false);
    expect(known.get('modelRoutes.*.preset')?.['enum']).toEqual(['deepseek', 'openrouter']);
    expect(known.get('server')?.['additionalProperties']).toBe(false);
  });

  test('is JSON Schema of draft 2020-12, with a preset or an address required', () => {
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    const route = (known.get('modelRoutes')?.['additionalProperties'] ?? {}) as Node;
    expect(route['anyOf']).toEqual([{ required: ['preset'] }, { required: ['baseURL'] }]);
  });
});
