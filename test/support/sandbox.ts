import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';

/** A home, a working directory and a `PATH` of their own, under one temporary folder. */
export interface Sandbox extends Disposable {
  readonly root: string;
  readonly home: string;
  /** The working directory of what is started. */
  readonly project: string;
  /** First on `PATH`. */
  readonly bin: string;
  /** Writes a file below the root; returns its path. */
  write(name: string, content: string | Uint8Array): string;
  /** Puts a program on `PATH` under another name. */
  link(name: string, program: string): void;
  /** An environment with nothing of the caller's but what is passed. */
  environment(more?: Readonly<Record<string, string>>): Record<string, string>;
}

/** Whether this process can reach nothing but itself, as in a network namespace of its own. */
export const isolated = (): boolean =>
  Object.values(networkInterfaces())
    .flat()
    .every((address) => address?.internal === true);

/** Makes a sandbox; it is removed at the end of the scope that holds it by `using`. */
export function createSandbox(): Sandbox {
  const root = mkdtempSync(join(tmpdir(), 'test-desk-'));
  const [home, project, bin] = ['home', 'project', 'bin'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  for (const folder of [home, project, bin]) mkdirSync(folder);
  return {
    root,
    home,
    project,
    bin,
    write(name, content) {
      const path = join(root, name);
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, content, { mode: 0o600 });
      return path;
    },
    link(name, program) {
      symlinkSync(program, join(bin, name));
    },
    environment: (more = {}) => ({
      PATH: `${bin}:/usr/local/bin:/usr/bin:/bin`,
      HOME: home,
      TMPDIR: tmpdir(),
      LANG: 'C.UTF-8',
      ...more,
    }),
    [Symbol.dispose]() {
      rmSync(root, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
