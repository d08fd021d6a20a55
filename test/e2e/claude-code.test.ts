import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { WIRE_NAMES } from '../../src/providers/spec.ts';
import { brain } from '../support/brain.ts';
import { createDesk, routeTo, type Desk } from '../support/clauder.ts';
import {
  startFakeUpstream,
  type FakeUpstream,
  type UpstreamRequest,
} from '../support/fake-upstream.ts';
import type { Delivery } from '../support/reply.ts';

/** The real Claude Code in print mode, through the launcher, against a provider of each format. */
const deliveries: Readonly<Record<string, Delivery & { readonly cutOnce?: true }>> = {
  'event by event': {},
  gzip: { gzip: true },
  'byte by byte': { chunkBytes: 1 },
  'cut in mid-stream once': { cutOnce: true },
};

const asks = (requests: readonly UpstreamRequest[]) =>
  requests.filter((request) => request.method === 'POST' && request.model !== '');

describe.each(WIRE_NAMES)('Claude Code with an upstream that speaks %s', (wire) => {
  describe.each(Object.keys(deliveries))('and answers %s', (name) => {
    const { cutOnce, ...delivery } = deliveries[name] ?? {};
    let upstream: FakeUpstream;
    let other: FakeUpstream;
    let desk: Desk;
    const think = brain(wire);

    /** Runs Claude Code on a prompt and gives what it printed; everything else has to be in order. */
    const ask = async (prompt: string, ...flags: string[]) => {
      const ended = await desk.clauder([
        '-p',
        prompt,
        '--model',
        'mm25',
        '--dangerously-skip-permissions',
        ...flags,
      ]);
      expect(ended, ended.stderr).toMatchObject({ code: 0 });
      return ended.stdout.trim();
    };

    beforeAll(async () => {
      upstream = await startFakeUpstream({ wire, delivery });
      other = await startFakeUpstream({
        wire: WIRE_NAMES.find((candidate) => candidate !== wire) ?? wire,
        delivery,
      });
      desk = await createDesk({
        config: {
          modelRoutes: {
            'MiniMax-M2.5': routeTo(upstream, { alias: 'mm25', model: 'upstream-mm25' }),
            'glm-5': routeTo(other, { alias: 'g5', model: 'upstream-g5', authToken: 'other-key' }),
          },
        },
      });
    });

    beforeEach(() => {
      upstream.requests.length = 0;
      other.requests.length = 0;
      if (cutOnce === true) {
        upstream.enqueue((request) => Object.assign(think(request), { cutAfterEvents: 5 }));
      }
    });

    afterAll(async () => {
      desk[Symbol.dispose]();
      await upstream.stop();
      await other.stop();
    });

    /** A cut costs the request that it hit once more, and no other. */
    const expectAsks = (count: number) => {
      const seen = asks(upstream.requests);
      expect(seen.map((request) => request.model)).toEqual(
        Array.from({ length: cutOnce === true ? count + 1 : count }, () => 'upstream-mm25'),
      );
    };

    test('a text answer', async () => {
      expect(await ask('good morning to you, whoever answers')).toBe(
        'You said: good morning to you, whoever answers',
      );
      expectAsks(1);
    });

    test('a Bash call whose output comes back in the next turn', async () => {
      expect(await ask('run: echo $((6*7))-from-bash')).toBe(
        'The results were: <echo $((6*7))-from-bash => 42-from-bash>',
      );
      expectAsks(2);
    });

    test('two parallel tool calls', async () => {
      expect(await ask('parallel: echo $((1+1))-first && echo $((2+2))-second')).toBe(
        'The results were: <echo $((1+1))-first => 2-first> <echo $((2+2))-second => 4-second>',
      );
      expectAsks(2);
    });

    test('a tool search, after which the tool is there', async () => {
      const toolNames = (request: UpstreamRequest | undefined) =>
        ((request?.json['tools'] ?? []) as { name?: string; function?: { name: string } }[]).map(
          (tool) => tool.function?.name ?? tool.name,
        );
      expect(await ask('search tool: WebFetch')).toContain('Tool loaded: WebFetch');
      expectAsks(2);
      expect(toolNames(asks(upstream.requests)[0])).not.toContain('WebFetch');
      expect(toolNames(upstream.last())).toContain('WebFetch');
    });

    test('a subagent on another alias, whose requests arrive at the other provider', async () => {
      const agents = { g5: { description: 'asks g5', prompt: 'You are g5.', model: 'g5' } };
      const answer = await ask('agent g5: what do you say', '--agents', JSON.stringify(agents));
      expect(answer).toContain('You said: what do you say');
      expectAsks(2);
      const elsewhere = asks(other.requests);
      expect(elsewhere.map((request) => request.model)).toEqual(['upstream-g5']);
      expect(JSON.stringify(elsewhere[0]?.rawHeaders)).toContain('other-key');
      expect(JSON.stringify(elsewhere[0]?.rawHeaders)).not.toContain('provider-key');
    });

    test('a session of three turns', async () => {
      expect(await ask('the first thing I say today')).toContain('the first thing I say today');
      expect(await ask('the second thing', '--continue')).toBe('You said: the second thing');
      expect(await ask('recall', '--continue')).toBe(
        'You said before: [the first thing I say today] [the second thing]',
      );
      expectAsks(3);
    });
  });
});
