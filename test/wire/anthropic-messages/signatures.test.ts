import { describe, expect, test } from 'bun:test';
import { PROVIDERS } from '../../../src/providers/catalog.ts';
import { encodeCarrier } from '../../../src/wire/carrier.ts';
import { encodeMessages } from '../../support/anthropic-messages.ts';
import { recordedRequests } from '../../support/fixtures.ts';
import type { Json } from '../../support/openai-chat.ts';
import { VECTORS } from '../../conformance/vectors.ts';

const OURS = encodeCarrier({ p: 'kimi', m: 'kimi-k3', f: 'reasoning_content' });
const REAL = 'EqQBCgIYAhIkYSByZWFsIG9uZQ==';

const thought = (signature: string | undefined, thinking = 'hmm') => ({
  type: 'thinking',
  thinking,
  ...(signature === undefined ? {} : { signature }),
});
const said = (text: string) => ({ type: 'text', text });
const call = { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: { n: 1 } };

/** A session of two turns whose first answer has these blocks. */
const session = (...blocks: Json[]) => ({
  model: 'claude-sonnet-5',
  max_tokens: 1024,
  messages: [
    { role: 'user', content: 'q' },
    { role: 'assistant', content: blocks },
    { role: 'user', content: 'r' },
  ],
});
const answer = (body: Json) => (body['messages'] as Json[])[1];

describe('an upstream that checks signatures', () => {
  const sent = (...blocks: Json[]) =>
    encodeMessages(session(...blocks), { preset: 'anthropic' }).body;

  test("thinking with one of the gateway's signatures, an empty one or none goes", () => {
    const body = sent(thought(OURS), thought(''), thought(REAL), said('a'), call);
    expect(answer(body)).toEqual({
      role: 'assistant',
      content: [thought(REAL), said('a'), call],
    });
  });

  test('what has a real signature stays, byte for byte', () => {
    const text = String.raw`{"model":"m","messages":[{"role":"assistant", "content":[{"type":"thinking","thinking":"é","signature":"${REAL}"},{"signature":"${OURS}","type":"thinking","thinking":"x"},{"type":"tool_use","id":"t","input":{"n":1.50,"big":12345678901234567890}}]}],"new_field": {"a": 1e2}}`;
    const { raw } = encodeMessages(text, { preset: 'anthropic', model: 'm2' });
    expect(raw).toBe(
      text
        .replace(`,{"signature":"${OURS}","type":"thinking","thinking":"x"}`, '')
        .replace('"role":"assistant", "content"', '"role":"assistant","content"')
        .replace('"new_field": ', '"new_field":')
        .replace('"model":"m"', '"model":"m2"'),
    );
  });

  test('an answer of nothing else goes as a whole', () => {
    expect(sent(thought(OURS), thought(''))['messages']).toEqual([
      { role: 'user', content: 'q' },
      { role: 'user', content: 'r' },
    ]);
  });

  test('redacted thinking, and text that speaks of signatures, stay', () => {
    const redacted = { type: 'redacted_thinking', data: 'ccp1.not-a-signature' };
    const text = said(`"signature":"" and "${OURS}"`);
    const body = sent(redacted, text, thought(OURS));
    expect(answer(body)).toEqual({ role: 'assistant', content: [redacted, text] });
  });

  test('a tool input with a field named signature is not thinking', () => {
    const odd = { ...call, input: { type: 'text', signature: '', other: { signature: OURS } } };
    expect(answer(sent(odd))).toEqual({ role: 'assistant', content: [odd] });
  });

  test.each(recordedRequests.filter(({ body }) => body !== undefined))(
    'without any of that, the bytes pass: $name',
    ({ body = {} }) => {
      const raw = JSON.stringify(body);
      const text = encodeMessages(raw, { preset: 'anthropic', model: String(body['model']) }).raw;
      expect(text).toBe(raw);
    },
  );
});

test('the vector: what is ours goes, what is real and all besides stays', () => {
  const vector = VECTORS.find(({ name }) => name === 'req_passthrough_strips_foreign_signature');
  const request = {
    ...vector?.input,
    system: [{ type: 'text', text: 's', cache_control: { type: 'ephemeral' } }],
    some_new_field: { a: [1, null] },
  };
  const ours = '{"type":"thinking","thinking":"x","signature":"ccp1.abc"},';
  const text = JSON.stringify(request);
  expect(text).toContain(ours);
  const { raw, headers } = encodeMessages(text, {
    preset: 'anthropic',
    model: String(vector?.input['model']),
    headers: { 'anthropic-beta': 'a-1,b-2' },
  });
  expect(raw).toBe(text.replace(ours, ''));
  expect(raw).toContain('EqQBReal');
  expect(headers.get('anthropic-beta')).toBe('a-1,b-2');
});

test('an unknown upstream gets all thinking but the gateway’s own', () => {
  const { body } = encodeMessages(session(thought(OURS), thought(''), thought(REAL), said('a')));
  expect(answer(body)).toEqual({
    role: 'assistant',
    content: [thought(''), thought(REAL), said('a')],
  });
});

test('an upstream that reads any thinking gets the text, without the carrier', () => {
  const { body, raw } = encodeMessages(
    session(thought(OURS, 'kept'), thought(''), thought(REAL), call),
    { preset: 'deepseek' },
  );
  expect(answer(body)).toEqual({
    role: 'assistant',
    content: [thought(undefined, 'kept'), thought(''), thought(REAL), call],
  });
  expect(raw).not.toContain('ccp1.');
});

test('no upstream of any preset sees a carrier', () => {
  const presets = PROVIDERS.filter(({ endpoints }) => endpoints['anthropic-messages']);
  expect(presets.length).toBeGreaterThan(8);
  for (const { name } of presets) {
    const { raw } = encodeMessages(session(thought(OURS), said('a')), { preset: name });
    expect([name, raw.includes('ccp1.')]).toEqual([name, false]);
  }
});
