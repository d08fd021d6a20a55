import { describe, expect, test } from 'bun:test';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CLAUDER, routeTo } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { text } from '../support/reply.ts';
import { createStage, type Stage } from '../launcher/stage.ts';

const KEY = 'sk-live-0123456789abcdef';
const SAID = 'my private words';

const ask = (stage: Stage, model: string, more: object = {}) =>
  fetch(`http://127.0.0.1:${stage.port}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-claude-code-session-id': 'session-77' },
    body: JSON.stringify({
      model,
      max_tokens: 9,
      messages: [{ role: 'user', content: `${SAID} ${KEY}` }],
      ...more,
    }),
  }).then((response) => response.text());

describe('cc-route trace', () => {
  test('without a gateway there is nothing to show: exit code 3', async () => {
    await using stage = await createStage();
    expect(await stage.clauder(['route', 'trace'])).toMatchObject({ code: 3, stdout: '' });
  });

  test('shows the last requests, one of them, those that failed, and new ones', async () => {
    const upstream = await startFakeUpstream({ wire: 'openai-chat', script: text('fine') });
    const config = JSON.stringify({
      modelRoutes: {
        good: routeTo(upstream, { alias: 'g' }),
        bad: routeTo(upstream, { fallback: [] }),
      },
      retry: { maxAttempts: 1 },
    });
    await using stage = await createStage({ config });
    const trace = (...args: string[]) => stage.clauder(['route', 'trace', ...args]);
    await stage.clauder(['route', 'start']);
    expect((await trace()).stdout).toBe('No request has come yet.\n');

    await ask(stage, 'g');
    upstream.enqueue({ kind: 'error', status: 401, message: `Incorrect key ${KEY}` });
    await ask(stage, 'bad');
    const all = await trace();
    expect(all).toMatchObject({ code: 0, stderr: '' });
    expect(all.stdout).toMatch(/ g → .*\/good {2}200 complete/u);
    expect(all.stdout).toContain('routed to good');
    expect(all.stdout).toMatch(/tokens in .*, \d+ out/u);
    expect(all.stdout).toMatch(/ bad → .*401 upstream_unauthorized/u);
    expect(all.stdout.indexOf('g → ')).toBeLessThan(all.stdout.indexOf('bad → '));
    expect(all.stdout).not.toContain(SAID);
    expect(all.stdout).not.toContain(KEY);

    // What was said isn't kept by default: there is nothing to save of it.
    const bare = await trace('--save', 'bare.json');
    expect(bare.code).toBe(0);
    expect(bare.stdout).toContain('"log": { "bodies": true }');
    const saved = readFileSync(join(stage.sandbox.project, 'bare.json'), 'utf8');
    expect(JSON.parse(saved)).toMatchObject({ call: { model: 'bad' }, request: { kind: 'none' } });
    const content = await trace('--save', 'more.json', '--with-content');
    expect(content.code).toBe(1);
    expect(content.stderr).toContain('did not keep what');
    expect(existsSync(join(stage.sandbox.project, 'more.json'))).toBeFalse();

    const failed = await trace('--failed');
    expect(failed.stdout).not.toContain('g → ');
    const { requests } = JSON.parse((await trace('--model', 'good', '--json')).stdout);
    expect(requests).toMatchObject([{ model: 'g', route: 'good', status: 200 }]);
    expect((await trace('--id', requests[0].id)).stdout).toContain(requests[0].id);
    const unknown = await trace('--id', 'req_none');
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('There is no request "req_none"');

    await using following = Bun.spawn([...CLAUDER, 'route', 'trace', '--follow', '--lines', '0'], {
      env: stage.environment(),
      stdout: 'pipe',
    });
    let seen = '';
    const reading = (async () => {
      const decoder = new TextDecoder();
      for await (const chunk of following.stdout) seen += decoder.decode(chunk, { stream: true });
    })();
    await until('a new request', async () => {
      await ask(stage, 'good');
      return seen.includes('good → ');
    });
    expect(seen).not.toContain('bad → ');
    following.kill();
    await reading;
    await upstream.stop();
  });

  test('--save writes one exchange without secrets and words; --with-content keeps the words; replay sends it', async () => {
    const [first, second] = await Promise.all([
      startFakeUpstream({ wire: 'openai-chat', script: text('from the first') }),
      startFakeUpstream({ wire: 'anthropic-messages', script: text('from the second') }),
    ]);
    const config = JSON.stringify({
      modelRoutes: { one: routeTo(first), two: routeTo(second, { fallback: ['one'] }) },
      retry: { maxAttempts: 1 },
      log: { bodies: true },
    });
    await using stage = await createStage({ config });
    const route = (...args: string[]) => stage.clauder(['route', ...args]);
    const file = (name: string) => join(stage.sandbox.project, name);
    await route('start');
    await ask(stage, 'one', { stream: true });

    const saved = await route('trace', '--save', 'bug.json');
    expect(saved).toMatchObject({ code: 0, stderr: '' });
    expect(saved.stdout).toContain('fit for a bug report');
    const bug = readFileSync(file('bug.json'), 'utf8');
    for (const secret of [SAID, KEY, 'provider-key', 'session-77', stage.sandbox.home]) {
      expect(bug).not.toContain(secret);
    }
    expect(JSON.parse(bug)).toMatchObject({
      format: 'cc-route trace 1',
      call: { model: 'one', status: 200, session: null, timeline: expect.any(Array) },
      route: { wire: 'openai-chat' },
      request: {
        kind: 'outline',
        body: { model: 'one', max_tokens: 9, messages: [{ role: 'user' }] },
      },
    });
    expect(statSync(file('bug.json')).mode & 0o777).toBe(0o600);
    expect((await route('trace', '--save', 'bug.json')).stderr).toContain('is there already');

    const whole = await route('trace', '--save', 'whole.json', '--with-content');
    expect(whole.stdout).toContain('cc-route replay whole.json --model');
    const content = readFileSync(file('whole.json'), 'utf8');
    expect(content).toContain(SAID);
    expect(content).not.toContain(KEY);

    const replayed = await route('replay', 'whole.json', '--model', 'two');
    expect(replayed).toMatchObject({ code: 0, stderr: '' });
    expect(replayed.stdout).toContain('from the second');
    expect(replayed.stdout).toMatch(/two → .*\/two {2}200 complete/u);
    expect(second.last().json).toMatchObject({ model: 'two', max_tokens: 9, stream: true });

    // The route by itself: its fallback doesn't help out.
    second.enqueue({ kind: 'error', status: 400, message: 'no such thing' });
    const refused = await route('replay', 'whole.json', '--model', 'two');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('no such thing');
    expect(first.requests).toHaveLength(1);

    const empty = await route('replay', 'bug.json', '--model', 'two');
    expect(empty.code).toBe(1);
    expect(empty.stderr).toContain('has no content to send again');
    expect((await route('replay', 'none.json', '--model', 'two')).stderr).toContain(
      "can't be read",
    );
    expect((await route('replay', 'whole.json')).code).toBe(2);
    expect((await route('replay', 'whole.json', '--model', 'tow')).code).toBe(2);
    expect(existsSync(file('none.json'))).toBeFalse();
    await Promise.all([first.stop(), second.stop()]);
  });
});
