import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { brain } from '../support/brain.ts';
import { createDesk, routeTo, type Desk } from '../support/clauder.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';
import { startLiveSession } from '../support/live-session.ts';
import { strictAnthropic } from '../support/strict-anthropic.ts';
import { thirdPartyAnthropic } from '../support/third-party-anthropic.ts';

/**
 * The real Claude Code with a third party of Anthropic's format that rejects its newest features,
 * and sessions that change to Anthropic, which rejects thinking that it didn't sign.
 */
describe('Claude Code with a third party that speaks Anthropic’s format', () => {
  let third: FakeUpstream;
  let anthropic: FakeUpstream;
  let desk: Desk;

  beforeEach(async () => {
    third = await startFakeUpstream({ wire: 'anthropic-messages', vendor: thirdPartyAnthropic() });
    anthropic = await startFakeUpstream({ wire: 'anthropic-messages', vendor: strictAnthropic() });
    desk = await createDesk({
      config: {
        modelRoutes: {
          third: routeTo(third, { fallback: ['claude-opus-4-8'] }),
          'claude-opus-4-8': routeTo(anthropic, { preset: 'anthropic', fallback: [] }),
        },
      },
    });
  });

  afterEach(async () => {
    desk[Symbol.dispose]();
    await third.stop();
    await anthropic.stop();
  });

  const turns = ({ requests }: FakeUpstream) => requests.filter(({ method }) => method === 'POST');

  test('a session with tools: the first request is mended, all others are right', async () => {
    await using session = startLiveSession(desk, 'third');
    expect(await session.say('run: echo $((6*7))-one')).toBe(
      'The results were: <echo $((6*7))-one => 42-one>',
    );
    expect([third.rejections.length, turns(third).length]).toEqual([3, 5]);
    expect(await session.say('parallel: echo $((1+1))-a && echo $((2+2))-b')).toContain('4-b');
    expect(await session.say('search tool: WebFetch')).toContain('Tool loaded: WebFetch');
    expect(await session.say('recall')).toContain('parallel: echo');
    expect(third.rejections.length).toBe(3);
    const { json } = third.last();
    expect(JSON.stringify(json)).not.toContain('x-anthropic-billing-header');
    expect(JSON.stringify(json['messages'])).toContain('<system-reminder>');
  });

  test('the model is changed to Anthropic and back in mid-session', async () => {
    await using session = startLiveSession(desk, 'third');
    await session.say('run: echo one');
    await session.setModel('claude-opus-4-8');
    expect(await session.say('run: echo two')).toContain('<echo two => two>');
    expect(await session.say('run: echo three')).toContain('<echo three => three>');
    await session.setModel('third');
    expect(await session.say('run: echo four')).toContain('<echo four => four>');
    await session.setModel('claude-opus-4-8');
    expect(await session.say('recall')).toContain('run: echo four');
    expect(anthropic.rejections).toEqual([]);
    expect(third.rejections.length).toBe(3);
  });

  test('Anthropic takes over where the third party fails, within a tool loop', async () => {
    await using session = startLiveSession(desk, 'third');
    await session.say('run: echo one');
    // The call that the third party makes next is answered by Anthropic: its thinking is in between.
    const served = turns(third).length;
    third.use((request) =>
      turns(third).length > served + 1
        ? { kind: 'error', status: 403, message: 'no more' }
        : brain('anthropic-messages')(request),
    );
    expect(await session.say('run: echo two')).toBe('The results were: <echo two => two>');
    expect(anthropic.rejections.map(({ body }) => JSON.stringify(body))).toEqual([
      expect.stringContaining('Invalid `signature`'),
    ]);
    expect(turns(anthropic).length).toBe(2);
    expect(await session.say('recall')).toContain('[run: echo one] [run: echo two]');
    expect(anthropic.rejections.length).toBe(1);
  });
});
