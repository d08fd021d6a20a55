import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * Tries an executable as a user would, on any system: it says its version, starts a gateway with
 * an empty home, answers with `echo` as JSON and as a stream, and stops.
 *
 *   bun scripts/smoke.ts [executable]
 */
const [given = `release/bin/clauder${process.platform === 'win32' ? '.exe' : ''}`] =
  process.argv.slice(2);
const executable = resolve(given);
const home = mkdtempSync(join(tmpdir(), 'cc-route-smoke-'));
const env = {
  ...process.env,
  HOME: home,
  USERPROFILE: home,
  LOCALAPPDATA: home,
  CC_ROUTE_STATE_DIR: join(home, 'state'),
  NO_COLOR: '1',
};

function check(what: string, holds: boolean, seen: unknown): void {
  if (!holds) throw new Error(`${what}: ${JSON.stringify(seen)}`);
  console.log(`ok  ${what}`);
}

/** Runs it to its end. */
function call(...args: string[]) {
  const done = Bun.spawnSync([executable, ...args], { cwd: home, env });
  return { code: done.exitCode, text: `${done.stdout.toString()}${done.stderr.toString()}` };
}

function freePort(): number {
  using server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response() });
  return server.port ?? 0;
}

async function waitFor(url: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok === true) return;
    await Bun.sleep(50);
  }
  throw new Error(`nothing answers at ${url}`);
}

const ask = (url: string, stream: boolean) =>
  fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'echo',
      max_tokens: 100,
      stream,
      messages: [{ role: 'user', content: 'smoke' }],
    }),
  }).then((response) => response.text());

const version = call('route', '--version');
check('it says its version', version.code === 0 && /^cc-route \d+\./.test(version.text), version);
check('no gateway runs: exit code 3', call('--proxy-status').code === 3, null);

const port = freePort();
const gateway = Bun.spawn([executable, '--proxy-only', '--port', String(port)], {
  cwd: home,
  env,
  stdout: 'ignore',
  stderr: 'inherit',
});
try {
  const url = `http://127.0.0.1:${port}`;
  await waitFor(`${url}/health`);
  const whole = await ask(url, false);
  check('it answers', whole.includes('echo: smoke'), whole);
  const streamed = await ask(url, true);
  check('it streams', streamed.includes('message_stop'), streamed);
  const status = call('--proxy-status', '--json');
  check('its status is known', status.code === 0 && status.text.includes(String(port)), status);
  const stopped = call('--proxy-stop');
  check('it can be stopped', stopped.code === 0, stopped);
  check('and it ends', (await gateway.exited) === 0, gateway.exitCode);
} finally {
  gateway.kill();
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
}
