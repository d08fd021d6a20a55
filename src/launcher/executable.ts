import { devNull } from 'node:os';
import type { Environment } from '../config/paths.ts';
import { programName } from './invocation.ts';

/**
 * What a gateway's process gets from Bun, which reads it once, at process start:
 *
 * - how many requests `fetch` may have in flight, 1 to 65535; without it the limit is 256, and the
 *   257th stream waits for another one's end;
 * - how much memory the collector believes the machine has, in bytes. It decides how much garbage
 *   may pile up: with the machine's own size, 200 busy streams held up to 590 MB, with this 105 MB
 *   (`test/e2e/slow-readers.test.ts`). It is no limit on what may be in use.
 */
export const RUNTIME_SETTINGS = {
  BUN_CONFIG_MAX_HTTP_REQUESTS: '65535',
  BUN_JSC_forceRAMSize: String(256 * 1024 * 1024),
} as const;

/** Variables that change what a Bun program does; none of them is meant for our processes. */
const BUN_OVERRIDES = ['BUN_OPTIONS', 'BUN_BE_BUN', 'BUN_INSPECT', 'BUN_INSPECT_PRELOAD'] as const;

/** Whether this is the compiled executable, as opposed to Bun running the source. */
export const isCompiled = (): boolean =>
  Bun.main.startsWith('/$bunfs/') || Bun.main.includes('~BUN');

/**
 * The command that starts this program again, without arguments. From source, Bun is told to leave
 * alone whatever `.env` lies in the working directory, as the compiled executable does.
 */
export function ownCommand(): readonly string[] {
  if (isCompiled()) return [process.execPath];
  return [process.execPath, '--no-env-file', `--config=${devNull}`, Bun.main];
}

/** The command that runs a management command of this program. */
export function manageCommand(): readonly string[] {
  const own = ownCommand();
  const isManager = isCompiled() && programName(process.execPath) === 'cc-route';
  return isManager ? own : [...own, 'route'];
}

/** The environment for a gateway: the caller's, with Bun's own switches in order. */
export function gatewayEnvironment(env: Environment): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !BUN_OVERRIDES.some((override) => override === name)) {
      result[name] = value;
    }
  }
  return { ...result, ...RUNTIME_SETTINGS };
}

/**
 * Starts this program anew with {@link RUNTIME_SETTINGS}, where it was started without. On POSIX systems the process is replaced and this doesn't return.
 *
 * @returns the exit code of the second process on systems that can't replace one; `null` where
 * the limit is in force already
 */
export async function restartWithRuntimeSettings(
  args: readonly string[],
  env: Environment,
): Promise<number | null> {
  if (env['BUN_CONFIG_MAX_HTTP_REQUESTS']) return null;
  const command = [...ownCommand(), ...args];
  const environment = gatewayEnvironment(env);
  if (process.execve !== undefined && process.platform !== 'win32') {
    process.execve(process.execPath, [process.argv0, ...command.slice(1)], environment);
  }
  const child = Bun.spawn([...command], {
    env: environment,
    stdio: ['inherit', 'inherit', 'inherit'],
  });
  return child.exited;
}
