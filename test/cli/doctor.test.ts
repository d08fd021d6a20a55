import { expect, test } from 'bun:test';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createContext, type Machine } from '../../src/cli/doctor/context.ts';
import { examine } from '../../src/cli/doctor/doctor.ts';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { freePort } from '../support/clauder.ts';
import { createStage, type Stage } from '../launcher/stage.ts';

const SECRET = 'sk-live-0123456789abcdef';
const ROUTES = {
  modelRoutes: {
    'deepseek-v4-flash': { alias: 'd4f', preset: 'deepseek', authToken: SECRET },
  },
};

/** Ends what a set-up started. */
type Cleanup = () => void;

interface SetUp {
  /** The configuration file; absent: a good one. */
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Breaks something on the machine; may add to the environment. */
  readonly prepare?: (stage: Stage) => Promise<Cleanup> | Cleanup | void;
  /** `level id`, what it has to name, and what its mend has to say. */
  readonly finds: readonly [id: string, what: RegExp, mend: RegExp];
  readonly exitCode: 0 | 1;
}

const inHome = (stage: Stage, name: string, content: unknown) =>
  stage.sandbox.write(`home/${name}`, JSON.stringify(content, null, 2));

/** A program that answers everything on a port, as claude-code-router does at its root. */
async function squat(port: number): Promise<Cleanup> {
  const server = createServer((_, response) => {
    response.end('{"message":"LLMs API","version":"1.0.51"}');
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return () => server.close();
}

const BROKEN_SET_UPS: Readonly<Record<string, SetUp>> = {
  'a misspelt key in the configuration': {
    config: '{\n  "modelRoutes": {\n    "x": { "preset": "deepsek" }\n  }\n}',
    finds: ['error configuration.broken', /3:22 .*unknown preset.*"deepseek"/u, /\+3 ~\/\.claude/u],
    exitCode: 1,
  },
  'a configuration that others can read': {
    prepare: (stage) =>
      chmodSync(join(stage.sandbox.home, '.claude/settings.cc-route.json'), 0o644),
    finds: ['warning configuration.mode', /others can read/u, /^chmod 600 ~\/\.claude/u],
    exitCode: 0,
  },
  'a key variable that is not set': {
    config: '{ "modelRoutes": { "q": { "preset": "groq" } } }',
    finds: ['error keys.missing', /route q .*GROQ_API_KEY/u, /^export GROQ_API_KEY=/u],
    exitCode: 1,
  },
  'a ${VARIABLE} that is not set': {
    config: '{ "modelRoutes": { "q": { "preset": "groq", "authToken": "${MY_KEY}" } } }',
    finds: ['error keys.missing', /route q .*MY_KEY/u, /^export MY_KEY=/u],
    exitCode: 1,
  },
  'a key that was never filled in': {
    config: '{ "modelRoutes": { "q": { "preset": "groq", "authToken": "your-api-key" } } }',
    finds: ['warning keys.odd', /route q: its key is a placeholder/u, /doctor --live/u],
    exitCode: 0,
  },
  'another program on the port that was asked for': {
    prepare: (stage) => squat(stage.port),
    finds: ['error gateway.port-taken', /belongs to claude-code-router/u, /^lsof -i :\d+/u],
    exitCode: 1,
  },
  'no Claude Code': {
    prepare: (stage) => chmodSync(join(stage.sandbox.bin, 'claude'), 0o600),
    env: { CC_ROUTE_CLAUDE: '/nowhere/claude' },
    finds: ['error claude.absent', /CC_ROUTE_CLAUDE names \/nowhere/u, /^unset CC_ROUTE_CLAUDE/u],
    exitCode: 1,
  },
  'an old Claude Code': {
    env: { STAGE_VERSION: '1.0.3' },
    finds: ['warning claude.old', /1\.0\.3 .*older than 2\.1\.197/u, /^claude update/u],
    exitCode: 0,
  },
  "a switch to another cloud in the user's settings": {
    prepare: (stage) => {
      inHome(stage, '.claude/settings.json', { env: { CLAUDE_CODE_USE_BEDROCK: '1' } });
    },
    finds: [
      'error settings.other-backend',
      /CLAUDE_CODE_USE_BEDROCK is set in ~\/\.claude\/settings\.json/u,
      /\+3 ~\/\.claude\/settings\.json/u,
    ],
    exitCode: 1,
  },
  'a model in the environment that nobody has': {
    env: { ANTHROPIC_MODEL: 'gtp-9' },
    finds: ['error settings.model-unknown', /ANTHROPIC_MODEL.*"gtp-9"/u, /^unset ANTHROPIC_MODEL/u],
    exitCode: 1,
  },
  'an alias that /model saved': {
    prepare: (stage) => {
      inHome(stage, '.claude/settings.json', { model: 'd4f' });
    },
    finds: ['warning settings.saved-model', /your alias "d4f"/u, /remove "model": .*\+2 ~/u],
    exitCode: 0,
  },
  "an address in the project's settings": {
    prepare: (stage) => {
      stage.sandbox.write(
        'project/.claude/settings.local.json',
        '{ "env": { "ANTHROPIC_BASE_URL": "https://user:pass@elsewhere.example/x" } }',
      );
    },
    finds: ['warning settings.base-url', /elsewhere\.example$/u, /settings\.local\.json$/u],
    exitCode: 0,
  },
  'a proxy that is not there': {
    env: { HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: 'localhost,127.0.0.1' },
    finds: ['error network.proxy-dead', /HTTPS_PROXY names 127\.0\.0\.1:9/u, /unset HTTPS_PROXY/u],
    exitCode: 1,
  },
  'a proxy for loopback, too': {
    env: { http_proxy: 'http://proxy.example:3128' },
    finds: ['warning network.no-proxy', /http_proxy is set/u, /^export NO_PROXY=127\.0\.0\.1/u],
    exitCode: 0,
  },
  'what claude-code-router left': {
    prepare: (stage) => {
      inHome(stage, '.claude-code-router/config.json', { Providers: [] });
    },
    finds: ['note routers.ccr', /claude-code-router was set up/u, /^cc-route import claude-code/u],
    exitCode: 0,
  },
  'settings that cc-switch rewrites': {
    prepare: (stage) => {
      inHome(stage, '.cc-switch/config.json', {});
      inHome(stage, '.claude/settings.json', {
        env: { ANTHROPIC_BASE_URL: 'https://a.example', ANTHROPIC_AUTH_TOKEN: SECRET },
      });
    },
    finds: ['warning routers.cc-switch-settings', /has written an address and a key/u, /official/u],
    exitCode: 0,
  },
  'a state folder that is a file': {
    prepare: (stage) => {
      stage.sandbox.write('home/.local/state/cc-route', '');
    },
    finds: ['error machine.state-folder', /is a file/u, /CC_ROUTE_STATE_DIR=/u],
    exitCode: 1,
  },
  'two clauders on PATH': {
    prepare: (stage) => {
      for (const folder of ['bin', 'other']) {
        stage.sandbox.write(`${folder}/clauder`, '#!/bin/sh\n');
        chmodSync(join(stage.sandbox.root, folder, 'clauder'), 0o755);
      }
      symlinkSync(join(stage.sandbox.bin, 'clauder'), join(stage.sandbox.bin, 'cc-route'));
    },
    finds: ['warning machine.two-installs', /clauder is on PATH 2 times/u, /^rm .*other\/clauder/u],
    exitCode: 0,
  },
};

test.each(Object.entries(BROKEN_SET_UPS))('doctor on %s', async (_, setUp) => {
  await using stage = await createStage({ config: setUp.config ?? JSON.stringify(ROUTES) });
  const cleanup = await setUp.prepare?.(stage);
  try {
    const PATH = `${stage.environment()['PATH']}:${join(stage.sandbox.root, 'other')}`;
    const ended = await stage.clauder(['route', 'doctor', '--json'], undefined, {
      env: { PATH, ...setUp.env },
    });
    const { findings } = JSON.parse(ended.stdout) as { findings: readonly Finding[] };
    const [id, what, mend] = setUp.finds;
    const found = findings.filter((one) => `${one.level} ${one.id}` === id);
    expect(found).toHaveLength(1);
    expect(found[0]?.what).toMatch(what);
    expect(found[0]?.mend).toMatch(mend);
    expect(found[0]?.why).toBeString();
    expect(ended.code).toBe(setUp.exitCode);
    // Nothing else is wrong with this machine.
    expect(findings.filter(({ level }) => level === 'error').length).toBe(
      setUp.exitCode === 1 ? 1 : 0,
    );
    expect(ended.stdout + ended.stderr).not.toContain(SECRET);
    expect(ended.stdout).not.toContain('user:pass');
  } finally {
    cleanup?.();
  }
});

test('on a machine where all is well, and in words', async () => {
  await using stage = await createStage({ config: JSON.stringify(ROUTES) });
  const ended = await stage.clauder(['route', 'doctor']);
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(ended.stdout).toEndWith('All is well.\n');
  expect(ended.stdout).toContain('Claude Code\n  ok       2.1.330, ');
  expect(ended.stdout).not.toContain('\u{1B}');
  const broken = await stage.clauder(['route', 'doctor'], undefined, {
    env: { ANTHROPIC_MODEL: 'x' },
  });
  expect(broken.stdout).toContain('           → unset ANTHROPIC_MODEL\n');
  expect(broken.stdout).toEndWith('1 error\n');
});

test('it finds the running gateway, and one with a configuration that broke meanwhile', async () => {
  await using stage = await createStage({ config: JSON.stringify(ROUTES) });
  await stage.clauder(['route', 'start']);
  const ended = await stage.clauder(['route', 'doctor']);
  expect(ended.stdout).toMatch(/gateway\n {2}ok {7}runs at http:\/\/127\.0\.0\.1:\d+, version /u);
  const other = stage.sandbox.write('other.json', '{}');
  const moved = await stage.clauder(['route', 'doctor'], undefined, {
    env: { CC_ROUTE_CONFIG: other },
  });
  expect(moved.stdout).toContain('the running gateway reads ~/.claude/settings.cc-route.json, not');
  expect(moved.code).toBe(0);
});

test('a gateway that was started before the key was exported, and one whose upstream fails', async () => {
  const dead = `http://127.0.0.1:${await freePort()}/v1`;
  const config = JSON.stringify({
    modelRoutes: { q: { preset: 'groq' }, dead: { baseURL: dead, fallback: [] } },
    retry: { maxAttempts: 1 },
  });
  await using stage = await createStage({ config });
  await stage.clauder(['route', 'start']);
  await fetch(`http://127.0.0.1:${stage.port}/v1/messages`, {
    method: 'POST',
    body: '{"model":"dead","max_tokens":1,"messages":[{"role":"user","content":"hi"}]}',
  });
  const ended = await stage.clauder(['route', 'doctor', '--json'], undefined, {
    env: { GROQ_API_KEY: SECRET },
  });
  const { findings } = JSON.parse(ended.stdout) as { findings: readonly Finding[] };
  expect(findings.filter(({ id }) => id === 'gateway.old-environment')).toMatchObject([
    {
      level: 'warning',
      what: expect.stringContaining('no key for route q'),
      mend: 'cc-route stop',
    },
  ]);
  expect(findings.filter(({ id }) => id === 'gateway.failing')).toMatchObject([
    { level: 'warning', what: expect.stringContaining('route dead has been failing: ') },
  ]);
});

/** Findings on a made-up machine, for what no test may do to this one. */
async function examineMachine(stage: Stage, changes: Partial<Machine>) {
  const machine: Machine = {
    env: stage.environment(),
    cwd: stage.sandbox.project,
    platform: process.platform,
    self: process.execPath,
    managedSettings: join(stage.sandbox.root, 'managed'),
    freeBytes: () => 10e9,
    ...changes,
  };
  return examine(await createContext(machine, undefined));
}

test('a full disk, and one that is about to be', async () => {
  await using stage = await createStage({ config: JSON.stringify(ROUTES) });
  const full = await examineMachine(stage, { freeBytes: () => 0 });
  expect(full).toContainEqual(
    expect.objectContaining({
      level: 'error',
      id: 'machine.disk',
      mend: expect.stringMatching(/^df -h /u),
    }),
  );
  const low = await examineMachine(stage, { freeBytes: () => 12e6 });
  expect(low.find(({ id }) => id === 'machine.disk')).toMatchObject({
    level: 'warning',
    what: expect.stringContaining('12 MB left'),
  });
});

test('what an administrator set is stronger than clauder, and said to be', async () => {
  await using stage = await createStage({ config: JSON.stringify(ROUTES) });
  const folder = join(stage.sandbox.root, 'managed/managed-settings.d');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, '10-company.json'),
    JSON.stringify({
      env: { ANTHROPIC_BASE_URL: 'https://gateway.company.example' },
      availableModels: ['sonnet'],
      modelPicker: { options: [] },
    }),
  );
  const findings = await examineMachine(stage, {});
  const found = findings.map(({ level, id }) => `${level} ${id}`);
  expect(found).toEqual(
    expect.arrayContaining([
      'error settings.base-url',
      'warning settings.available-models',
      'warning settings.picker',
    ]),
  );
});
