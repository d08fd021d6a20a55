import { describe, expect, test } from 'bun:test';
import { GatewayError } from '../../../src/core/errors.ts';
import type { AnthropicEvent } from '../../../src/core/messages.ts';
import {
  encodeErrorEvent,
  encodeEvent,
  encodeEvents,
  PING_BYTES,
} from '../../../src/wire/anthropic-messages/events.ts';
import { parseEvents } from '../../support/grammar.ts';

const AWKWARD = 'a"b\\c\nd\u2028e\u0000f 🎉 \uD83D';

const DELTAS: readonly AnthropicEvent[] = [
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: AWKWARD } },
  {
    type: 'content_block_delta',
    index: 12,
    delta: { type: 'input_json_delta', partial_json: AWKWARD },
  },
  {
    type: 'content_block_delta',
    index: 3,
    delta: { type: 'thinking_delta', thinking: AWKWARD } as never,
  },
  { type: 'content_block_delta', index: 3, delta: { type: 'signature_delta', signature: 's' } },
  { type: 'content_block_stop', index: 3 },
];

describe('events out', () => {
  for (const event of DELTAS) {
    test(`${event.type} ${'delta' in event ? JSON.stringify(event.delta).slice(0, 30) : ''}`, () => {
      expect(encodeEvent(event)).toBe(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
      expect(parseEvents(encodeEvent(event))).toEqual([event]);
    });
  }

  test('several become one chunk', () => {
    expect(parseEvents(encodeEvents(DELTAS))).toEqual([...DELTAS]);
  });

  test('ping', () => expect(parseEvents(PING_BYTES)).toEqual([{ type: 'ping' }]));

  test('an error carries its type and message', () => {
    const bytes = encodeErrorEvent(new GatewayError('overloaded', 'busy\n"now"'));
    expect(parseEvents(bytes)).toEqual([
      { type: 'error', error: { type: 'overloaded_error', message: 'busy\n"now"' } },
    ]);
  });
});
