import { expect, test } from 'bun:test';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLAUDER, freePort, startGateway } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { createSandbox } from '../support/sandbox.ts';

/** What SIGHUP means depends on who sends it: a person or service manager, or a closed terminal. */
const withModel = (name: string) => JSON.stringify({ modelRoutes: { [name]: { preset: 'echo' } } });

const answers = (url: string) =>
  fetch(url).then(
    (response) => response.ok,
    () => false,
  );

test('kill -HUP reads the configuration again; a broken one changes nothing', async () => {
  await using gateway = await startGateway({ config: {} });
  const config = join(gateway.sandbox.root, 'config.json');
  const { pid } = gateway.record();
  writeFileSync(config, withModel('one'));
  process.kill(pid, 'SIGHUP');
  await until('the model', () => answers(`${gateway.url}/v1/models/one`));
  writeFileSync(config, '{');
  process.kill(pid, 'SIGHUP');
  await until('the log', () => gateway.output().includes('configuration not reloaded'));
  expect(await answers(`${gateway.url}/v1/models/one`)).toBe(true);
  expect(gateway.record().pid).toBe(pid);
});

/** Starts a gateway as a person does, by a line typed into a shell on a terminal. */
async function onTerminal(prefix: string) {
  const sandbox = createSandbox();
  const config = sandbox.write('config.json', withModel('zero'));
  const stateDir = join(sandbox.root, 'state');
  const port = await freePort();
  const shell = Bun.spawn(['bash', '--norc', '--noprofile', '-i'], {
    cwd: sandbox.project,
    env: sandbox.environment({ CC_ROUTE_STATE_DIR: stateDir, TERM: 'xterm', HISTFILE: '' }),
    terminal: { cols: 120, rows: 40, data: () => undefined },
  });
  const command = CLAUDER.map((part) => `'${part}'`).join(' ');
  shell.terminal?.write(
    `${prefix} ${command} --proxy-only --port ${port} --config '${config}' >out.log 2>&1\n`,
  );
  const url = `http://127.0.0.1:${port}`;
  await until('the gateway', () => answers(`${url}/health`));
  const record = await Bun.file(join(stateDir, 'gateway.json')).json();
  return {
    config,
    url,
    pid: (record as { pid: number }).pid,
    isRecorded: () => existsSync(join(stateDir, 'gateway.json')),
    closeTerminal: () => shell.terminal?.close(),
    [Symbol.dispose]() {
      shell.kill('SIGKILL');
      sandbox[Symbol.dispose]();
    },
  };
}

test('on a terminal too; but when the terminal is closed, the gateway ends', async () => {
  using gateway = await onTerminal('');
  writeFileSync(gateway.config, withModel('one'));
  process.kill(gateway.pid, 'SIGHUP');
  await until('the model', () => answers(`${gateway.url}/v1/models/one`));
  gateway.closeTerminal();
  await until('the gateway to end', () => !gateway.isRecorded());
  await until('its port to be free', async () => !(await answers(`${gateway.url}/health`)));
});

// Only Linux tells whether a signal was ignored when the program was started.
test.skipIf(process.platform !== 'linux')(
  'nohup keeps it when the terminal is closed',
  async () => {
    using gateway = await onTerminal('nohup');
    try {
      gateway.closeTerminal();
      process.kill(gateway.pid, 'SIGHUP');
      writeFileSync(gateway.config, withModel('one'));
      await until('the model', () => answers(`${gateway.url}/v1/models/one`));
    } finally {
      process.kill(gateway.pid, 'SIGTERM');
    }
    await until('the gateway to end', () => !gateway.isRecorded());
  },
);
