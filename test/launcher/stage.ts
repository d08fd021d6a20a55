import { chmodSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { RECORD_FILE, type GatewayRecord } from '../../src/core/control.ts';
import { CLAUDER, freePort } from '../support/clauder.ts';
import { until } from '../support/deadline.ts';
import { run, type Finished } from '../support/run.ts';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';

/** Writes down what it was given, tells that it runs, and does what the test says. */
const FAKE_CLAUDE = `#!/bin/sh
printf '%s\\0' "$@" > "$STAGE/args"
if [ "$*" = --version ]; then echo "\${STAGE_VERSION:-2.1.330} (Claude Code)"; exit 0; fi
env -0 > "$STAGE/env"
pwd -P > "$STAGE/cwd"
echo $$ > "$STAGE/pid"
: > "$STAGE/runs.$$"
eval "$STAGE_DO"
`;

/** A machine with a `claude` that records how it was called. */
export interface Stage extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly port: number;
  readonly stateDir: string;
  /** The environment that `clauder` gets. */
  environment(act?: string, more?: Readonly<Record<string, string>>): Record<string, string>;
  /** Runs `clauder` to its end; \`act\` is shell code for the fake claude. */
  clauder(args: readonly string[], act?: string, options?: StageOptions): Promise<Finished>;
  /** Starts `clauder` and waits until the fake claude runs. */
  start(args: readonly string[], act: string, options?: StageOptions): Promise<StageProcess>;
  args(): readonly string[];
  env(): ReadonlyMap<string, string>;
  cwd(): string;
  /** The process id of the last fake claude. */
  claudePid(): number;
  /** \`null\`: no gateway has left one. */
  record(): GatewayRecord | null;
  /** Waits until no gateway is left. */
  quiet(): Promise<void>;
}

type StageProcess = Bun.Subprocess<'ignore', 'pipe', 'pipe'>;

interface StageOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly cwd?: string;
  /** Killed, and the run rejected, after this time. */
  readonly timeoutMs?: number;
}

export interface StageSetup {
  /** Text of the configuration file; absent: none. */
  readonly config?: string;
  /** Without it the port is chosen by environment. */
  readonly defaultPort?: boolean;
}

/** Sets up a machine; at its end whatever gateway is left is stopped. */
export async function createStage(setup: StageSetup = {}): Promise<Stage> {
  const sandbox = createSandbox();
  const port = await freePort();
  const stateDir = join(sandbox.home, '.local/state/cc-route');
  chmodSync(sandbox.write('bin/claude', FAKE_CLAUDE), 0o755);
  if (setup.config !== undefined)
    sandbox.write('home/.claude/settings.cc-route.json', setup.config);

  const environment: Stage['environment'] = (act = 'exit 0', more = {}) =>
    sandbox.environment({
      STAGE: sandbox.root,
      STAGE_DO: act,
      ...(setup.defaultPort === true ? {} : { CC_ROUTE_PORT: String(port) }),
      ...more,
    });
  const split = (name: string) =>
    readFileSync(join(sandbox.root, name), 'utf8').split('\0').slice(0, -1);
  const claudePid = () => Number(readFileSync(join(sandbox.root, 'pid'), 'utf8'));
  const record = () => {
    const file = join(stateDir, RECORD_FILE);
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as GatewayRecord) : null;
  };
  return {
    sandbox,
    port,
    stateDir,
    environment,
    clauder: (args, act, { env, cwd = sandbox.project, ...more } = {}) =>
      run([...CLAUDER, ...args], { cwd, env: environment(act, env), timeoutMs: 20_000, ...more }),
    async start(args, act, { env, cwd = sandbox.project } = {}) {
      rmSync(join(sandbox.root, 'pid'), { force: true });
      const child = Bun.spawn([...CLAUDER, ...args], {
        cwd,
        env: environment(act, env),
        stdin: 'ignore',
        stdout: 'pipe',
        stderr: 'pipe',
      });
      await until('the fake claude', async () => {
        if (child.exitCode === null) return existsSync(join(sandbox.root, 'pid'));
        throw new Error(`clauder ended: ${await new Response(child.stderr).text()}`);
      });
      await until('its pid', claudePid);
      return child;
    },
    args: () => split('args'),
    env: () =>
      new Map(
        split('env').map((line) => {
          const at = line.indexOf('=');
          return [line.slice(0, at), line.slice(at + 1)] as const;
        }),
      ),
    cwd: () => readFileSync(join(sandbox.root, 'cwd'), 'utf8').trim(),
    claudePid,
    record,
    quiet: () => until('the gateway to end', () => record() === null).then(() => undefined),
    async [Symbol.asyncDispose]() {
      if (record() !== null) {
        await run([...CLAUDER, '--proxy-stop'], { cwd: sandbox.root, env: environment() });
      }
      sandbox[Symbol.dispose]();
    },
  };
}

/** Whether a process runs; one that ended and wasn't collected doesn't. */
export function runs(pid: number): boolean {
  const { stdout } = Bun.spawnSync(['ps', '-o', 'stat=', '-p', String(pid)]);
  const state = stdout.toString().trim();
  return state !== '' && !state.startsWith('Z');
}
