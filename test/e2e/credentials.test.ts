import { describe, expect, test } from 'bun:test';
import { CURRENT, OLDER } from '../support/claude-install.ts';
import { CLAUDER, createDesk, routeTo } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { canFakeAnthropic, startFakeAnthropic } from '../support/fake-anthropic.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { passFirstScreens } from '../support/first-screens.ts';
import { enter, hasTmux, openTerminal } from '../support/tmux.ts';

/** Credentials as people have them: each starts unasked, and reaches Anthropic as it is. */
const KEY = 'sk-ant-api03-of-the-user-0123456789';
const LOGIN = {
  claudeAiOauth: {
    accessToken: 'sk-ant-oat01-of-the-user',
    refreshToken: 'sk-ant-ort01-of-the-user',
    expiresAt: 4_102_444_800_000,
    scopes: ['user:inference', 'user:profile'],
    subscriptionType: 'pro',
  },
};

interface Kind {
  readonly env: Readonly<Record<string, string>>;
  readonly login?: true;
  /** Claude Code was started here before; with this credential it wants to reach its makers at first. */
  readonly startedBefore?: true;
  /** What Anthropic sees; `null`: nothing gets there. */
  readonly shown: string | null;
}

const KINDS: Readonly<Record<string, Kind>> = {
  'a login at claude.ai': {
    env: {},
    login: true,
    startedBefore: true,
    shown: 'authorization: Bearer sk-ant-oat01-of-the-user',
  },
  'an API key': { env: { ANTHROPIC_API_KEY: KEY }, shown: `x-api-key: ${KEY}` },
  'a token of a gateway': {
    env: { ANTHROPIC_AUTH_TOKEN: 'token-of-the-user' },
    shown: 'authorization: Bearer token-of-the-user',
  },
  'a long-lived token': {
    env: { CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-long-lived' },
    startedBefore: true,
    shown: 'authorization: Bearer sk-ant-oat01-long-lived',
  },
  nothing: { env: {}, shown: null },
};

const MISSING = /no\s+Anthropic\s+credential\.\s+Log\s+in\s+with/u;

async function setUp(kind: Kind, claude: string) {
  const own = await startFakeUpstream({ wire: 'openai-chat' });
  const desk = await createDesk({
    claude,
    config: { modelRoutes: { 'glm-5': routeTo(own, { alias: 'g5' }) } },
  });
  const anthropic = await startFakeAnthropic(desk.sandbox);
  if (kind.login === true) {
    desk.sandbox.write('home/.claude/.credentials.json', JSON.stringify(LOGIN));
  }
  if (kind.startedBefore === true) {
    desk.sandbox.write('home/.claude.json', '{"hasCompletedOnboarding":true}');
  }
  const shownTo = (upstream: typeof own) =>
    upstream.requests
      .filter(({ method, model }) => method === 'POST' && model !== '')
      .flatMap(({ rawHeaders }) =>
        rawHeaders
          .filter(([name]) => /^(?:authorization|x-api-key)$/iu.test(name))
          .map(([name, value]) => `${name.toLowerCase()}: ${value}`),
      );
  return {
    desk,
    own,
    anthropic,
    env: { ...anthropic.env, ...kind.env },
    shownTo,
    async [Symbol.asyncDispose]() {
      desk[Symbol.dispose]();
      await anthropic.stop();
      await own.stop();
    },
  };
}

const only = (values: readonly string[]) => [...new Set(values)];

describe.skipIf(!canFakeAnthropic()).each([CURRENT, OLDER])('Claude Code %s', (claude) => {
  describe.each(Object.keys(KINDS))('with %s', (name) => {
    const kind = KINDS[name] as Kind;

    test('in print mode', async () => {
      await using at = await setUp(kind, claude);
      const ask = (model: string) =>
        at.desk.clauder(['-p', 'hello', '--model', model], { env: at.env });
      const routed = await ask('g5');
      expect(routed.stdout).toContain('You said: hello');
      const direct = await ask('claude-sonnet-4-6');
      if (kind.shown === null) expect(direct.stdout).toMatch(MISSING);
      else expect(direct.stdout).toContain('You said: hello');
      expect(only(at.shownTo(at.anthropic.upstream))).toEqual(
        kind.shown === null ? [] : [kind.shown],
      );
      expect(only(at.shownTo(at.own))).toEqual(['authorization: Bearer provider-key']);
    });

    test.skipIf(!hasTmux())('in a terminal: nothing is asked', async () => {
      await using at = await setUp(kind, claude);
      using terminal = openTerminal([...CLAUDER, '--model', 'claude-sonnet-4-6'], {
        cwd: at.desk.sandbox.project,
        env: at.desk.environment(at.env),
        columns: 120,
        rows: 45,
      });
      await passFirstScreens(terminal);
      await enter(terminal, 'good evening');
      if (kind.shown === null) {
        await terminal.shows(MISSING);
        expect(at.shownTo(at.anthropic.upstream)).toEqual([]);
      } else {
        await terminal.shows('You said: good evening');
        expect(only(at.shownTo(at.anthropic.upstream))).toEqual([kind.shown]);
      }
      await enter(terminal, '/exit');
      await terminal.shows('exit=0');
      await until('the gateway to end', async () => {
        const { code } = await at.desk.clauder(['--proxy-status']);
        return code === 3;
      });
    });
  });
});
