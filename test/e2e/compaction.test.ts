import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import type { WireName } from '../../src/providers/spec.ts';
import { loadTokenizer } from '../../src/tokens/tokenizer.ts';
import { brain } from '../support/brain.ts';
import { createDesk, routeTo, type Desk } from '../support/clauder.ts';
import {
  startFakeUpstream,
  type FakeUpstream,
  type UpstreamRequest,
} from '../support/fake-upstream.ts';
import { text, type Reply } from '../support/reply.ts';

/** The real Claude Code on a model with a small window, of which it was told something else. */
const WINDOW = 32_000;
const TOLD = { env: { CLAUDE_CODE_MAX_CONTEXT_TOKENS: '1000000' } };
const SUMMARY = 'The person counts foxes, and the word to keep is heron.';

const countText = await loadTokenizer();

/** The upstream's own count of a request. */
const tokensOf = ({ json }: UpstreamRequest): number =>
  ['system', 'messages', 'tools'].reduce(
    (sum, key) => sum + countText(JSON.stringify(json[key] ?? '')),
    0,
  );

const isSummaryRequest = ({ json }: UpstreamRequest): boolean => {
  const last = (json['messages'] as { content: unknown }[]).at(-1);
  return /an <analysis> block followed by a <summary> block/u.test(JSON.stringify(last));
};

interface Scenario {
  readonly wire: WireName;
  readonly route?: Readonly<Record<string, unknown>>;
  /** What the vendor answers to a prompt above its window; `null`: it answers all the same. */
  readonly refuse: ((tokens: number) => Reply) | null;
}

const refusal = (message: (tokens: number) => string) => (tokens: number) => ({
  kind: 'error' as const,
  status: 400,
  message: message(tokens),
});

const scenarios: Readonly<Record<string, Scenario>> = {
  'says so as OpenAI does': {
    wire: 'openai-chat',
    refuse: refusal(
      (tokens) =>
        `This model's maximum context length is ${WINDOW} tokens. However, your messages resulted in ${tokens} tokens. Please reduce the length of the messages.`,
    ),
  },
  'says so without a number': {
    wire: 'openai-chat',
    route: { contextWindow: WINDOW },
    refuse: refusal(() => 'Prompt exceeds max length'),
  },
  "says so in words of its own, in Anthropic's format": {
    wire: 'anthropic-messages',
    route: { contextWindow: WINDOW },
    refuse: refusal(() => 'invalid params, context window exceeds limit (2013)'),
  },
  'cuts what is too long without a word, with preflight': {
    wire: 'openai-chat',
    route: { contextWindow: WINDOW, preflight: true },
    refuse: null,
  },
};

describe.each(Object.keys(scenarios))(
  'an upstream with a window of 32,000 tokens that %s',
  (name) => {
    const { wire, route = {}, refuse } = scenarios[name] ?? { wire: 'openai-chat', refuse: null };
    const think = brain(wire);
    let upstream: FakeUpstream;
    let desk: Desk;
    let refusedTurns = 0;

    beforeEach(async () => {
      refusedTurns = 0;
      upstream = await startFakeUpstream({
        wire,
        script(request) {
          const tokens = tokensOf(request);
          if (refuse !== null && tokens > WINDOW) {
            // What the client drops before it asks for a summary may be too little at first.
            if (!isSummaryRequest(request)) refusedTurns += 1;
            return refuse(tokens);
          }
          if (!isSummaryRequest(request)) return think(request);
          return text(`<analysis>short</analysis>\n<summary>\n${SUMMARY}\n</summary>`);
        },
      });
      desk = await createDesk({
        config: {
          modelRoutes: { small: routeTo(upstream, { alias: 'sm', model: 'm', ...route }) },
        },
      });
    });

    afterEach(async () => {
      desk[Symbol.dispose]();
      await upstream.stop();
    });

    test('the client compacts and goes on', async () => {
      const foxes = Array.from(
        { length: 180 },
        (_, line) =>
          `line ${line}: the quick brown fox jumps over lazy dog ${(line * 7919) % 10_007}`,
      ).join('\n');
      let turns = 0;
      while (!upstream.requests.some(isSummaryRequest)) {
        turns += 1;
        expect(turns).toBeLessThan(9);
        const prompt = `${foxes}\nthis was turn ${turns}`;
        const again = turns === 1 ? [] : ['--continue'];
        const ended = await desk.clauder(['-p', prompt, '--model', 'sm', ...again], TOLD);
        expect(ended, ended.stdout + ended.stderr).toMatchObject({ code: 0 });
        expect(ended.stdout).toEndWith(`this was turn ${turns}\n`);
      }
      expect(turns).toBeGreaterThan(2);
      expect(refusedTurns).toBe(refuse === null ? 0 : 1);
      const compacted = upstream.last();
      expect(JSON.stringify(compacted.json)).toContain(SUMMARY);
      expect(tokensOf(compacted)).toBeLessThan(WINDOW);
      // Without a word of the vendor the window is known roughly: by a fourth at most.
      expect(Math.max(...upstream.requests.map(tokensOf)) - WINDOW).toBeLessThan(10_000);

      const next = await desk.clauder(['-p', 'and on we go', '--model', 'sm', '--continue'], TOLD);
      expect(next, next.stderr).toMatchObject({ code: 0, stdout: 'You said: and on we go\n' });
      expect(JSON.stringify(upstream.last().json)).toContain(SUMMARY);
    });
  },
);
