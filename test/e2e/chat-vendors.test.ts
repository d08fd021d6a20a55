import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { CHAT_VENDORS } from '../support/chat-vendors/index.ts';
import { callsIn, messagesOf, partsOf, toolsOf } from '../support/chat-vendors/vendor.ts';
import { createDesk, routeTo, type Desk } from '../support/clauder.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';
import { strictAnthropic } from '../support/strict-anthropic.ts';

/**
 * The real Claude Code with vendors of chat completions that are as strict and as odd as the real
 * ones: sessions that use what Claude Code has, and change to Anthropic and back. Nothing that a
 * vendor rejects may reach it, since each rejection is a 400 in the user's face.
 */

const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGP4z8DA8J+BgYGJAQoYGAAAFgIDAf4aXBUAAAAASUVORK5CYII=';

/** Vendors whose model here reads images; the others get a note in its place. */
const SEES = new Set(['kimi', 'ollama', 'openrouter', 'mistral']);

describe.each(Object.keys(CHAT_VENDORS))('Claude Code with a vendor like %s', (name) => {
  const vendor = CHAT_VENDORS[name]!();
  let upstream: FakeUpstream;
  let anthropic: FakeUpstream;
  let desk: Desk;

  const ask = async (prompt: string, ...flags: string[]) => {
    const ended = await desk.clauder(['-p', prompt, '--dangerously-skip-permissions', ...flags]);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    return ended.stdout.trim();
  };

  beforeAll(async () => {
    upstream = await startFakeUpstream({ wire: 'openai-chat', vendor });
    anthropic = await startFakeUpstream({ wire: 'anthropic-messages', vendor: strictAnthropic() });
    desk = await createDesk({
      config: {
        modelRoutes: {
          [vendor.model]: routeTo(upstream, { alias: 'vend', preset: vendor.preset }),
          'claude-opus-4-8': routeTo(anthropic, { preset: 'anthropic' }),
        },
      },
    });
    desk.sandbox.write('project/pixel.png', Buffer.from(PIXEL, 'base64'));
  });

  beforeEach(() => {
    upstream.requests.length = 0;
    anthropic.requests.length = 0;
  });

  afterAll(async () => {
    desk[Symbol.dispose]();
    await upstream.stop();
    await anthropic.stop();
  });

  const expectNoComplaint = () => {
    const all = [...upstream.rejections, ...anthropic.rejections];
    expect(all.map(({ body }) => body)).toEqual([]);
    expect(vendor.damage).toEqual([]);
  };

  test('text, parallel tools, a subagent, a tool search and an image in one session', async () => {
    const agents = { helper: { description: 'helps', prompt: 'You help.', model: 'vend' } };
    const answer = await ask(
      `tour: parallel: echo $((1+1))-one && echo $((2+2))-two; agent helper: who are you; ` +
        `search tool: WebFetch; look at: ${desk.sandbox.project}/pixel.png`,
      '--model',
      'vend',
      '--agents',
      JSON.stringify(agents),
    );
    expectNoComplaint();
    expect(answer).toStartWith('The tour: ');
    expect(answer).toContain('<echo $((1+1))-one => 2-one>');
    expect(answer).toContain('<echo $((2+2))-two => 4-two>');
    expect(answer).toContain('You said: who are you');
    expect(answer).toContain('Tool loaded: WebFetch');
    expect(answer).toContain(SEES.has(name) ? '1 image(s) seen' : '0 image(s) seen');

    const { json } = upstream.last();
    expect(callsIn(json).map((call) => call.function.name)).toEqual([
      'Bash',
      'Bash',
      'Agent',
      'ToolSearch',
      'Read',
    ]);
    expect(toolsOf(json).map((tool) => tool.function.name)).toContain('WebFetch');
    const images = messagesOf(json).flatMap((message) => partsOf(message, 'image_url'));
    if (SEES.has(name)) {
      expect(images).toEqual([
        {
          type: 'image_url',
          image_url: { url: expect.stringMatching(/^data:image\/png;base64,/u) },
        },
      ]);
    } else {
      expect(JSON.stringify(messagesOf(json))).toContain('[image omitted: model has no vision]');
    }
  });

  test('the session goes on at Anthropic, and comes back', async () => {
    const there = await ask('run: echo $((6*7))-there', '--continue', '--model', 'claude-opus-4-8');
    expect(there).toBe('The results were: <echo $((6*7))-there => 42-there>');
    expectNoComplaint();
    const back = await ask('run: echo $((7*8))-back', '--continue', '--model', 'vend');
    expect(back).toBe('The results were: <echo $((7*8))-back => 56-back>');
    expectNoComplaint();
    expect(anthropic.requests.filter((request) => request.model !== '')).toHaveLength(2);
    expect(callsIn(upstream.last().json)).toHaveLength(7);
  });
});

describe('Claude Code with one session', () => {
  const vendors = Object.values(CHAT_VENDORS).map((make) => make());
  const upstreams: FakeUpstream[] = [];
  let desk: Desk;

  beforeAll(async () => {
    const routes: Record<string, Record<string, unknown>> = {};
    for (const vendor of vendors) {
      const upstream = await startFakeUpstream({ wire: 'openai-chat', vendor });
      upstreams.push(upstream);
      routes[vendor.model] = routeTo(upstream, { alias: vendor.preset, preset: vendor.preset });
    }
    desk = await createDesk({ config: { modelRoutes: routes } });
  });

  afterAll(async () => {
    desk[Symbol.dispose]();
    for (const upstream of upstreams) await upstream.stop();
  });

  const run = async (command: string, ...flags: string[]) => {
    const args = ['-p', `run: ${command}`, '--dangerously-skip-permissions', ...flags];
    const ended = await desk.clauder(args);
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(upstreams.flatMap(({ rejections }) => rejections.map(({ body }) => body))).toEqual([]);
    return ended.stdout.trim();
  };

  test('that every vendor takes over from another', async () => {
    for (const [turn, { preset }] of vendors.entries()) {
      const flags = ['--model', preset, ...(turn === 0 ? [] : ['--continue'])];
      expect(await run(`echo $((${turn}+1))-${preset}`, ...flags)).toBe(
        `The results were: <echo $((${turn}+1))-${preset} => ${turn + 1}-${preset}>`,
      );
      expect(callsIn(upstreams[turn]!.last().json)).toHaveLength(turn + 1);
    }
  });

  test('whose vendor fails in mid-stream, and answers when asked again', async () => {
    const router = upstreams[vendors.findIndex(({ preset }) => preset === 'openrouter')]!;
    router.requests.length = 0;
    router.enqueue({ kind: 'error-in-stream', message: 'Provider disconnected', late: true });
    expect(await run('echo $((9*9))-again', '--model', 'openrouter')).toBe(
      'The results were: <echo $((9*9))-again => 81-again>',
    );
    expect(router.requests.length).toBeGreaterThan(2);
  });
});
