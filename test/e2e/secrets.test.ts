import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, setDefaultTimeout, test } from 'bun:test';
import { WIRE_NAMES } from '../../src/providers/spec.ts';
import { CLAUDER, startGateway, type RunningGateway } from '../support/clauder.ts';
import { startParrot } from '../support/parrot.ts';
import { run } from '../support/run.ts';

setDefaultTimeout(120_000);

/** None of these may show up anywhere. Their shapes are no vendor's, so that no pattern finds them. */
const SECRETS = {
  literal: 'canary-literal-5f0c9d1e7b',
  variable: 'canary-variable-8a61f2c3d4',
  command: 'canary-command-1b7e90aa52',
  header: 'canary-header-c4d5e6f708',
  client: 'canary-client-99aa88bb77',
  gateway: 'canary-gateway-0f1e2d3c4b',
};

const ADMIN = [
  'status',
  'routes',
  'requests',
  'usage',
  'config',
  'cache',
  'openapi.json',
  'reload',
] as const;

const COMMANDS: readonly (readonly string[])[] = [
  ['status'],
  ['status', '--json'],
  ['models', '--json'],
  ['config', 'check'],
  ['config', 'check', '--json'],
  ['explain', 'literal-status-401', '--json'],
  ['doctor', '--json'],
  ['usage', '--json'],
  ['logs'],
  ['trace'],
];

/** Every file below a folder with its content. */
function filesOf(folder: string): [string, string][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path, readFileSync(path, 'latin1')]);
}

/** Where a secret shows up in texts that have names. */
function leaks(texts: Iterable<readonly [string, string]>): string[] {
  return [...texts].flatMap(([name, text]) =>
    Object.entries(SECRETS)
      .filter(([, secret]) => text.includes(secret) || text.includes(btoa(secret)))
      .map(([kind]) => `${kind} in ${name}`),
  );
}

const bodyFor = (model: string, stream: boolean) =>
  JSON.stringify({ model, stream, max_tokens: 16, messages: [{ role: 'user', content: 'hi' }] });

async function askAll(gateway: RunningGateway, models: readonly string[], seen: Seen) {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${SECRETS.client}`,
    'x-cc-route-token': SECRETS.gateway,
    cookie: `session=${SECRETS.client}`,
  };
  for (const model of models) {
    for (const stream of [false, true]) {
      for (const endpoint of ['messages', 'messages/count_tokens']) {
        const response = await fetch(`${gateway.url}/v1/${endpoint}`, {
          method: 'POST',
          headers,
          body: bodyFor(model, stream),
        });
        const head = JSON.stringify([...response.headers]);
        seen.push([`${model} stream ${stream} ${endpoint}`, `${head}${await response.text()}`]);
      }
    }
  }
  for (const path of ['/metrics', '/v1/models', ...ADMIN.map((name) => `/v1/admin/${name}`)]) {
    const response = await fetch(gateway.url + path, { headers });
    seen.push([path, `${JSON.stringify([...response.headers])}${await response.text()}`]);
  }
}

type Seen = [string, string][];

test.each(WIRE_NAMES)('a key shows up nowhere, whatever a %s upstream says back', async (wire) => {
  await using parrot = startParrot();
  const keys = {
    literal: SECRETS.literal,
    variable: '${CANARY_KEY}',
    command: {
      command: `printf ${SECRETS.command.slice(0, 7)}; printf ${SECRETS.command.slice(7)}`,
    },
  };
  const modelRoutes = Object.fromEntries(
    Object.entries(keys).flatMap(([kind, authToken]) =>
      parrot.tricks.map((model) => [
        `${kind}-${model}`,
        {
          baseURL: parrot.url,
          wire,
          model,
          authToken,
          headers: { 'X-Team-Secret': SECRETS.header },
          fallback: [],
        },
      ]),
    ),
  );
  const env = { CANARY_KEY: SECRETS.variable, CC_ROUTE_LOG_LEVEL: 'debug' };
  await using gateway = await startGateway({
    config: {
      server: { authToken: SECRETS.gateway },
      retry: { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 2 },
      modelRoutes,
    },
    env,
  });
  const seen: Seen = [];
  await askAll(gateway, [...Object.keys(modelRoutes), 'claude-sonnet-x', 'nonsense'], seen);
  const { root, project } = gateway.sandbox;
  const stateDir = join(root, 'state');
  for (const words of COMMANDS) {
    const { stdout, stderr } = await run([...CLAUDER, 'route', ...words], {
      cwd: project,
      env: gateway.sandbox.environment({
        CC_ROUTE_CONFIG: join(root, 'config.json'),
        CC_ROUTE_STATE_DIR: stateDir,
        CC_ROUTE_PORT: String(gateway.port),
        ...env,
      }),
    });
    seen.push([`cc-route ${words.join(' ')}`, stdout + stderr]);
  }
  seen.push(['what the gateway printed', gateway.output()]);
  // The record holds the gateway's own token for launchers; it is readable by its owner only.
  seen.push(...filesOf(stateDir).filter(([path]) => !path.endsWith('gateway.json')));

  expect(leaks(seen)).toEqual([]);
  // The parrot was shown the keys, or nothing of this proves anything; and never the client's.
  const { literal, variable, command, header } = SECRETS;
  expect([...parrot.shown].sort()).toEqual([literal, variable, command, header].sort());
  expect(seen.length).toBeGreaterThan(200);
});
