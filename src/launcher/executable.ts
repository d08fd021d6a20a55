import { devNull } from 'node:os';
import type { Environment } from '../config/paths.ts';

/**
 * How many requests Bun's `fetch` may have in flight. Bun reads the variable once, at process
 * start, and takes 1 to 65535; without it the limit is 256, and the 257th stream waits for another
 * one's end.
 */
export const REQUEST_LIMIT = { BUN_CONFIG_MAX_HTTP_REQUESTS: '65535' } as const;

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

/** The environment for a gateway: the caller's, with Bun's own switches in order. */
export function gatewayEnvironment(env: Environment): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !BUN_OVERRIDES.some((override) => override === name)) {
      result[name] = value;
    }
  }
  return { ...result, ...REQUEST_LIMIT };
}

/**
 * Starts this program anew with the higher limit of {@link REQUEST_LIMIT}, where it was started
 * without. On POSIX systems the process is replaced and this doesn't return.
 *
 * @returns the exit code of the second process on systems that can't replace one; `null` where
 * the limit is in force already
 */
export async function restartWithRequestLimit(
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
