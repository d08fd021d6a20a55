import { describe, expect, test } from 'bun:test';
import { GatewayError, type ErrorKind } from '../../src/core/errors.ts';
import { Learned } from '../../src/policies/learned.ts';
import { repair } from '../../src/policies/repair.ts';
import type { Target } from '../../src/providers/target.ts';
import type { Attempt, Reply } from '../../src/upstream/attempt.ts';
import { testAttempt } from '../support/attempt.ts';
import { messagesCall, messagesTarget } from '../support/anthropic-messages.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { RICH_REQUEST } from '../support/repairs.ts';

const REPLY = { status: 200 } as Reply;
const HOUR_MS = 3_600_000;

function refusal(text: string, kind: ErrorKind = 'upstream_bad_request'): GatewayError {
  const error = new GatewayError(kind, text, { upstreamStatus: 400 });
  error.problem = { text, code: '', type: '', status: undefined };
  return error;
}

const ROLE = refusal("messages.1.role: Input should be 'user' or 'assistant'");
const FIELD = refusal('context_management: Extra inputs are not permitted');
const ADAPTIVE = refusal('adaptive thinking is not supported on this model');
const WINDOW = refusal(
  'input length and `max_tokens` exceed context limit: 150000 + 128000 > 200000, decrease',
  'context_overflow',
);

/** One upstream that answers as scripted, and the targets that it was asked with. */
function lab(learned = new Learned(new FakeClock())) {
  const policy = repair(learned);
  const ask = async (
    script: readonly (GatewayError | 'ok')[],
    target: Target = messagesTarget(),
    request = RICH_REQUEST,
  ) => {
    const call = messagesCall(JSON.stringify(request));
    const asked: Target[] = [];
    const next = async (attempt: Attempt): Promise<Reply> => {
      asked.push(attempt.target);
      const step = script[asked.length - 1] ?? script.at(-1) ?? 'ok';
      if (step === 'ok') return REPLY;
      throw step;
    };
    const end = await policy(testAttempt({ call, target }), next).then(
      () => 'answered',
      (error: GatewayError) => error.message,
    );
    const repairs = call.journal.entries.flatMap((one) =>
      one.kind === 'repair' ? [one.what] : [],
    );
    return { end, asked, repairs };
  };
  return { learned, ask };
}

describe('repair', () => {
  test('one complaint after the other, each once, then the answer', async () => {
    const { end, asked, repairs } = await lab().ask([ROLE, FIELD, ADAPTIVE, 'ok']);
    expect(end).toBe('answered');
    expect(repairs).toEqual([
      'systemMessages: "reminders"',
      'withoutFields: ["context_management"]',
      'thinkingConfig: "budget"',
    ]);
    expect(asked.length).toBe(4);
    expect(asked.at(-1)?.compat).toMatchObject({
      systemMessages: 'reminders',
      withoutFields: ['context_management'],
      thinkingConfig: 'budget',
    });
  });

  test('the next request is right the first time', async () => {
    const { ask } = lab();
    await ask([ROLE, FIELD, 'ok']);
    const second = await ask(['ok']);
    expect(second.asked.length).toBe(1);
    expect(second.asked[0]?.compat).toMatchObject({
      systemMessages: 'reminders',
      withoutFields: ['context_management'],
    });
    expect(second.repairs).toEqual([]);
  });

  test('what holds for one request only is not remembered', async () => {
    const { ask } = lab();
    const first = await ask([WINDOW, 'ok']);
    expect(first.asked.map(({ facts }) => facts.maxOutputTokens)).toEqual([undefined, 49_000]);
    const second = await ask(['ok']);
    expect(second.asked[0]?.facts).toEqual({});
  });

  test('a change that did not help is not remembered, and the complaint is thrown on', async () => {
    const { ask, learned } = lab();
    const target = messagesTarget();
    const { end, asked } = await ask([ROLE, ROLE], target);
    expect([end, asked.length]).toEqual([ROLE.message, 2]);
    expect(learned.apply(target, 'm')).toBe(target);
  });

  test('a change is remembered once the complaint is another one, even if that one stays', async () => {
    const { ask, learned } = lab();
    const stubborn = refusal('the moon is in the wrong house');
    const { end } = await ask([ROLE, FIELD, stubborn]);
    expect(end).toBe(stubborn.message);
    expect(learned.list(messagesTarget(), 'm').map(({ what }) => what)).toEqual([
      'systemMessages: "reminders"',
    ]);
  });

  test('gives up on a server that finds fault for ever', async () => {
    const faults = ['temperature', 'top_p', 'top_k', 'thinking', 'stop_sequences', 'output_config'];
    const script = faults.map((name) => refusal(`${name}: Extra inputs are not permitted`));
    const { end, asked } = await lab().ask(script);
    expect(asked.length).toBe(6);
    expect(end).toContain('output_config');
  });

  test.each(['upstream_unauthorized', 'rate_limited', 'overloaded', 'connection_lost'] as const)(
    '%s is no refusal of the request',
    async (kind) => {
      const { asked } = await lab().ask([refusal(FIELD.message, kind), 'ok']);
      expect(asked.length).toBe(1);
    },
  );

  test('an error without words, and one that is none of ours, pass', async () => {
    const silent = new GatewayError('upstream_bad_request', 'Bad request.');
    expect((await lab().ask([silent])).asked.length).toBe(1);
    const policy = repair(new Learned(new FakeClock()));
    const crash = new Error('a bug');
    const failing = policy(testAttempt({ target: messagesTarget() }), () => Promise.reject(crash));
    expect(failing).rejects.toBe(crash);
  });
});

describe('what was learned', () => {
  const repairs = [{ compat: { systemMessages: 'reminders' } }] as const;
  const changed = (learned: Learned, target: Target, model = 'm') =>
    learned.apply(target, model).compat.systemMessages === 'reminders';

  test('holds for one host, model and wire format', () => {
    const learned = new Learned(new FakeClock());
    const target = messagesTarget();
    learned.add(target, 'm', repairs);
    expect(changed(learned, target)).toBe(true);
    expect(changed(learned, { ...target, route: 'another route' })).toBe(true);
    expect(changed(learned, { ...target, model: 'another' })).toBe(false);
    expect(changed(learned, { ...target, baseURL: 'http://other.test' })).toBe(false);
    expect(changed(learned, { ...target, wire: 'openai-chat' })).toBe(false);
  });

  test('makes one target of each, until more is learned', () => {
    const learned = new Learned(new FakeClock());
    const target = messagesTarget();
    learned.add(target, 'm', repairs);
    const first = learned.apply(target, 'm');
    expect(learned.apply(target, 'm')).toBe(first);
    learned.add(target, 'm', [{ facts: { maxOutputTokens: 5 } }]);
    const { compat, facts } = learned.apply(target, 'm');
    expect([compat.systemMessages, facts.maxOutputTokens]).toEqual(['reminders', 5]);
  });

  test('is forgotten after a day, as servers are updated', async () => {
    const clock = new FakeClock();
    const learned = new Learned(clock);
    const target = messagesTarget();
    learned.add(target, 'm', repairs);
    await clock.advance(24 * HOUR_MS);
    expect(learned.list(target, 'm')).toEqual([
      { what: 'systemMessages: "reminders"', ageMs: 24 * HOUR_MS },
    ]);
    await clock.advance(1);
    expect([changed(learned, target), learned.list(target, 'm')]).toEqual([false, []]);
  });

  test('is kept for a bounded number of targets, the latest used ones', () => {
    const learned = new Learned(new FakeClock());
    const target = (name: string): Target => ({ ...messagesTarget(), model: name });
    learned.add(target('first'), 'm', repairs);
    for (let at = 0; at < 499; at += 1) learned.add(target(`m${at}`), 'm', repairs);
    expect(changed(learned, target('first'))).toBe(true);
    learned.add(target('one more'), 'm', repairs);
    expect(changed(learned, target('first'))).toBe(true);
    expect(changed(learned, target('m0'))).toBe(false);
  });

  test('holds a bounded number of signatures', () => {
    const learned = new Learned(new FakeClock());
    const target = messagesTarget();
    const refusedSignatures = Array.from({ length: 5001 }, (_, at) => `s${at}`);
    learned.add(target, 'm', [{ refusedSignatures }]);
    const refused = learned.apply(target, 'm').refusedSignatures;
    expect([refused?.size, refused?.has('s0'), refused?.has('s5000')]).toEqual([5000, false, true]);
  });
});
