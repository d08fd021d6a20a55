import { expect, test } from 'bun:test';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { freePort, routeTo } from '../support/clauder.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { text, type Reply } from '../support/reply.ts';
import { createStage } from '../launcher/stage.ts';

const KEY = 'sk-live-0123456789abcdef';
const html: Reply = { kind: 'raw', status: 404, body: '<html><h1>Not Found</h1></html>' };

test('doctor --live tells apart a wrong key, model, wire format, address, and no network', async () => {
  await using good = stopping(await startFakeUpstream({ wire: 'openai-chat' }));
  // Answers at its own wire format's path only, as real providers do.
  await using picky = stopping(
    await startFakeUpstream({
      wire: 'openai-chat',
      script: ({ target }) => (target === '/v1/chat/completions' ? text('OK') : html),
    }),
  );
  await using native = stopping(
    await startFakeUpstream({
      wire: 'anthropic-messages',
      script: ({ target }) => (target.startsWith('/anthropic/v1/messages') ? text('OK') : html),
    }),
  );
  await using failing = stopping(
    await startFakeUpstream({
      wire: 'openai-chat',
      script: ({ model }) => FAILURES[model] ?? text('OK'),
    }),
  );
  const dead = `http://127.0.0.1:${await freePort()}`;
  const route = (more: object) => ({ authToken: KEY, fallback: [], ...more });
  const config = JSON.stringify({
    modelRoutes: {
      good: routeTo(good, { authToken: KEY }),
      'wrong-wire': route({ baseURL: picky.baseURL, wire: 'anthropic-messages' }),
      'no-path': route({ baseURL: picky.baseURL.replace('/v1', '') }),
      'not-chat': route({ baseURL: native.baseURL, wire: 'openai-chat' }),
      'wrong-place': route({ baseURL: `${picky.baseURL}/deeper` }),
      'wrong-key': routeTo(failing, { authToken: KEY }),
      'wrong-model': routeTo(failing, { authToken: KEY }),
      'no-credit': routeTo(failing, { authToken: KEY }),
      busy: routeTo(failing, { authToken: KEY }),
      dead: route({ baseURL: `${dead}/v1` }),
      'no-command': route({ baseURL: good.baseURL, authToken: { command: 'exit 3' } }),
      claude: { preset: 'anthropic' },
    },
  });
  await using stage = await createStage({ config });
  const ended = await stage.clauder(['route', 'doctor', '--live', '--json']);
  expect(ended.code).toBe(1);
  const { findings } = JSON.parse(ended.stdout) as { findings: readonly Finding[] };
  const verdictOn = (name: string) => {
    const found = findings.filter(
      ({ check, what }) => check === 'routes' && new RegExp(`^(?:route )?${name} `, 'u').test(what),
    );
    expect(found).toHaveLength(1);
    return `${found[0]?.level} ${found[0]?.id} | ${found[0]?.mend ?? ''}`;
  };
  expect(verdictOn('good')).toBe('ok routes.answered | ');
  expect(verdictOn('wrong-wire')).toBe(
    'error routes.wrong-wire | write "wire": "openai-chat" into modelRoutes["wrong-wire"]; that works',
  );
  expect(verdictOn('no-path')).toBe(
    `error routes.wrong-wire | write "wire": "openai-chat", "baseURL": "${picky.baseURL}" into modelRoutes["no-path"]; that works`,
  );
  expect(verdictOn('not-chat')).toBe(
    'error routes.wrong-wire | write "wire": "anthropic-messages" into modelRoutes["not-chat"]; that works',
  );
  expect(verdictOn('wrong-place')).toMatch(/^error routes\.wrong-address \| correct /u);
  expect(verdictOn('wrong-key')).toMatch(
    /^error routes\.wrong-key \| put a valid key .*the configuration file/u,
  );
  expect(verdictOn('wrong-model')).toMatch(/^error routes\.wrong-model \| set .*\.model to one/u);
  expect(verdictOn('no-credit')).toMatch(/^error routes\.no-credit \| top up/u);
  expect(verdictOn('busy')).toMatch(/^warning routes\.busy \| cc-route doctor --live/u);
  expect(verdictOn('dead')).toMatch(/^error routes\.unreachable \| curl /u);
  expect(verdictOn('no-command')).toMatch(/^error routes\.no-key \| correct authToken/u);
  expect(verdictOn('claude')).toMatch(/^note routes\.client-login/u);
  expect(ended.stdout + ended.stderr).not.toContain(KEY);
  // One tiny request, not repeated, and none at the address of another route.
  expect(good.requests).toHaveLength(1);
  expect(failing.requests).toHaveLength(Object.keys(FAILURES).length);
  expect(good.last().json['max_tokens']).toBeLessThan(64);
});

test('when nobody can be reached, the network is what is said to be broken', async () => {
  const [one, two] = [await freePort(), await freePort()];
  const config = JSON.stringify({
    modelRoutes: {
      a: { baseURL: `http://127.0.0.1:${one}/v1`, authToken: KEY },
      b: { baseURL: `http://127.0.0.1:${two}/v1`, authToken: KEY },
    },
  });
  await using stage = await createStage({ config });
  const ended = await stage.clauder(['route', 'doctor', '--live']);
  expect(ended.code).toBe(1);
  expect(ended.stdout).toContain('no provider could be reached');
  expect(ended.stdout).toContain('nothing listens at 127.0.0.1');
});

const FAILURES: Readonly<Record<string, Reply>> = {
  'wrong-key': { kind: 'error', status: 401, message: `Incorrect API key provided: ${KEY}` },
  'wrong-model': { kind: 'error', status: 404, message: 'The model `wrong-model` does not exist' },
  'no-credit': { kind: 'error', status: 402, message: 'Insufficient balance' },
  busy: { kind: 'error', status: 529, message: 'Overloaded' },
};

const stopping = <Upstream extends { stop(): Promise<void> }>(upstream: Upstream) =>
  Object.assign(upstream, { [Symbol.asyncDispose]: () => upstream.stop() });
