import { DEFAULT_COMPAT } from '../../src/providers/compat.ts';
import type { Target } from '../../src/providers/target.ts';

/** A target for unit tests, at an address where nothing listens. */
export function testTarget(changes: Partial<Target> = {}): Target {
  return {
    route: 'test-model',
    provider: {
      name: 'test',
      label: 'Test Provider',
      defaultWire: 'anthropic-messages',
      endpoints: {
        'anthropic-messages': { auth: 'x-api-key' },
        'openai-chat': { auth: 'bearer' },
      },
    },
    wire: 'anthropic-messages',
    baseURL: 'http://127.0.0.1:9/anthropic',
    model: 'upstream-model',
    credential: { kind: 'none' },
    headers: {},
    facts: {},
    compat: DEFAULT_COMPAT,
    ...changes,
  };
}
