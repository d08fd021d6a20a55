import { readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The first version whose settings can put rows into `/model` (anthropics/claude-code#89690). */
export const FIRST_WITH_PICKER = '2.1.242';

/** How long `claude --version` may take, in milliseconds. It takes about 50. */
const ANSWER_MS = 3_000;

/** A program that is a script may start another one tomorrow, in milliseconds. */
const MAX_AGE_MS = 86_400_000;

const CACHE_FILE = 'client-version.json';

interface Cached {
  /** Path, size and time of the program that was asked. */
  readonly program: string;
  readonly version: string;
  readonly askedAt: number;
}

/** A version that was found, and how to remember it for the next start. */
export interface ClientVersion {
  /** `2.1.330`; `null`: it can't be had. */
  readonly version: string | null;
  /** Writes the cache, where something new was learned. The state folder has to exist. */
  remember(): void;
}

/**
 * The version of the Claude Code at a path. It is asked once; then the cache answers until the
 * program changes.
 */
export async function findClientVersion(
  path: string,
  stateDir: string,
  env: Readonly<Record<string, string>>,
  now: number,
): Promise<ClientVersion> {
  const program = identity(path);
  const cached = readCache(stateDir);
  if (cached?.program === program && now - cached.askedAt < MAX_AGE_MS) {
    return { version: cached.version, remember: () => undefined };
  }
  const version = await ask(path, env);
  return {
    version,
    remember() {
      if (version === null) return;
      const text = JSON.stringify({ program, version, askedAt: now } satisfies Cached);
      writeFileSync(join(stateDir, CACHE_FILE), text, { mode: 0o600 });
    },
  };
}

/** Whether this version shows the rows of `modelPicker`; one that isn't known may or may not. */
export function hasModelPicker(version: string | null): boolean | null {
  return version === null ? null : Bun.semver.order(version, FIRST_WITH_PICKER) >= 0;
}

function identity(path: string): string {
  const real = realpathSync(path);
  const { size, mtimeMs } = statSync(real);
  return `${real} ${size} ${mtimeMs}`;
}

function readCache(stateDir: string): Cached | null {
  try {
    const cached = JSON.parse(readFileSync(join(stateDir, CACHE_FILE), 'utf8')) as Partial<Cached>;
    const { program, version, askedAt } = cached;
    if (typeof program !== 'string' || typeof version !== 'string') return null;
    return typeof askedAt === 'number' ? { program, version, askedAt } : null;
  } catch {
    return null;
  }
}

async function ask(path: string, env: Readonly<Record<string, string>>): Promise<string | null> {
  try {
    const child = Bun.spawn([path, '--version'], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: ANSWER_MS,
      killSignal: 'SIGKILL',
    });
    const text = await new Response(child.stdout).text();
    return /^(\d+\.\d+\.\d+)\b/u.exec(text)?.[1] ?? null;
  } catch {
    return null;
  }
}
