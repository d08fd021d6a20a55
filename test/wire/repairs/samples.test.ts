import { describe, expect, test } from 'bun:test';
import { COMPAT_CHOICES, type Compat } from '../../../src/providers/spec.ts';
import { anthropicMessages } from '../../../src/wire/anthropic-messages/index.ts';
import { OUTPUT_LIMIT_SAMPLES, readOutputLimit } from '../../../src/wire/errors/output-limit.ts';
import { openaiChat } from '../../../src/wire/openai-chat/index.ts';
import { FIELD_SAMPLES } from '../../../src/wire/repairs/fields.ts';
import { repaired } from '../../../src/wire/repairs/repair.ts';
import { messagesTarget } from '../../support/anthropic-messages.ts';
import { chatTarget } from '../../support/openai-chat.ts';
import { refused, repairsFor, ruleName } from '../../support/repairs.ts';

/** Flags with which everything is sent that a rule could take back. */
const TALKATIVE = {
  thinking: 'reasoning_effort',
  efforts: { low: 'low', medium: 'medium', high: 'high', xhigh: 'xhigh', max: 'max' },
  reasoningReplay: 'reasoning_content',
  topK: true,
  parallelToolCalls: true,
  strict: true,
  forcedToolChoice: 'always',
} as const;

/** Flags that say something else than these, where it is a choice. */
function contrary(compat: Partial<Compat>): Partial<Compat> {
  const choices: Record<string, readonly string[]> = COMPAT_CHOICES;
  return Object.fromEntries(
    Object.entries(compat).flatMap(([name, value]) => {
      const other = choices[name]?.find((one) => one !== value);
      return other === undefined ? [] : [[name, other]];
    }),
  );
}

const formats = [
  { format: anthropicMessages, target: messagesTarget() },
  { format: openaiChat, target: chatTarget({ compat: TALKATIVE }) },
];

describe.each(formats)('$format.name', ({ format, target }) => {
  const rules = format.repairRules(target);

  test('has rules', () => {
    expect(rules.length).toBeGreaterThan(15);
  });

  test.each(rules.map((rule) => [ruleName(rule), rule] as const))('%s', (_, rule) => {
    const meant = rule.repair(refused(target, rule.sample))[0]?.compat ?? {};
    const asked = { ...target, compat: { ...target.compat, ...contrary(meant) } };
    const repairs = rule.repair(refused(asked, rule.sample));
    expect(repairs.length).toBeGreaterThan(0);
    // What the whole table makes of the same words is that, too, and a second time it is nothing new.
    const all = repairsFor(asked, rule.sample);
    expect(all).toContainEqual(repairs[0]!);
    const once = all.reduce(repaired, asked);
    for (const again of repairsFor(once, rule.sample)) expect(repairs).not.toContainEqual(again);
  });

  test('words of other failures change nothing', () => {
    for (const text of [
      '',
      'Internal server error',
      'Rate limit reached for requests per minute',
      'Incorrect API key provided',
      'The model `x` does not exist',
      'messages: at least one message is required',
      'Your credit balance is too low to access the API',
      'invalid image data: could not decode the image',
    ]) {
      expect([text, repairsFor(target, text)]).toEqual([text, []]);
    }
  });
});

test.each(OUTPUT_LIMIT_SAMPLES)('a limit of the output: %s', (sample) => {
  const limit = readOutputLimit(sample);
  expect(limit).toBeGreaterThan(4000);
  expect(limit).toBeLessThanOrEqual(65_536);
});

test.each(FIELD_SAMPLES)('a field that is unknown: %s', (sample) => {
  const request = {
    model: 'm',
    max_tokens: 10,
    context_management: {},
    stream_options: {},
    top_p: 1,
    messages: [{ role: 'user', content: 'q' }],
  };
  const found = [
    ...repairsFor(messagesTarget(), sample),
    ...repairsFor(chatTarget({ compat: TALKATIVE }), sample),
    ...repairsFor(messagesTarget(), sample, request),
  ];
  expect(found.length).toBeGreaterThan(0);
});
