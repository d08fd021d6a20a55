import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSandbox, type Sandbox } from '../support/sandbox.ts';
import { run, type Finished } from '../support/run.ts';

export const INSTALLER = join(import.meta.dir, '../../release/install.sh');

/** A stand-in for the executable: what the installer cares about is that it answers. */
export const executable = (version: string, exitCode = 0) =>
  `#!/bin/sh\necho "cc-route ${version}"\nexit ${exitCode}\n`;

/** What a release has for one platform, as `scripts/compile.ts --all` writes it. */
export function release(
  version: string,
  content: string | Uint8Array = executable(version),
): Map<string, Uint8Array> {
  const name = `clauder-${platform()}`;
  const raw = Buffer.from(content);
  const packed = Bun.gzipSync(raw, { level: 1 });
  const sum = (bytes: Uint8Array) => new Bun.CryptoHasher('sha256').update(bytes).digest('hex');
  const sums = `${sum(raw)}  ${name}\n${sum(packed)}  ${name}.gz\n`;
  return new Map<string, Uint8Array>([
    ['SHA256SUMS', Buffer.from(sums)],
    [name, raw],
    [`${name}.gz`, packed],
  ]);
}

export const platform = (): string => `linux-${process.arch}`;

/** A download server and an empty home. */
export interface InstallStage extends AsyncDisposable {
  readonly sandbox: Sandbox;
  /** By path without the leading slash, `latest/download/SHA256SUMS`. */
  readonly files: Map<string, Uint8Array>;
  readonly requests: string[];
  readonly dir: string;
  /** Of the latest release. */
  readonly url: string;
  publish(version: string, files: ReadonlyMap<string, Uint8Array>): void;
  install(args?: readonly string[], options?: InstallOptions): Promise<Finished>;
}

interface InstallOptions {
  readonly shell?: readonly string[];
  readonly script?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Programs that the installer may find, apart from those of the shell. */
const TOOLS =
  'cat cp mv rm ln mkdir mktemp chmod dirname sed grep cut uname getconf gzip sha256sum curl ldd sh bash'.split(
    ' ',
  );

export function createInstallStage(): InstallStage {
  const sandbox = createSandbox();
  for (const tool of TOOLS) {
    const path = Bun.which(tool, { PATH: '/usr/local/bin:/usr/bin:/bin' });
    if (path !== null) sandbox.link(tool, path);
  }
  const files = new Map<string, Uint8Array>();
  const requests: string[] = [];
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch(request) {
      const path = new URL(request.url).pathname.slice(1);
      requests.push(path);
      const found = files.get(path);
      return found === undefined
        ? new Response('no such file', { status: 404 })
        : new Response(new Uint8Array(found));
    },
  });
  const dir = join(sandbox.home, '.local/bin');
  const url = `http://127.0.0.1:${server.port}/latest/download`;
  return {
    url,
    sandbox,
    files,
    requests,
    dir,
    publish(version, published) {
      for (const [name, bytes] of published) {
        files.set(`latest/download/${name}`, bytes);
        files.set(`download/v${version}/${name}`, bytes);
      }
    },
    install(args = [], { shell = ['sh'], script = INSTALLER, env = {} } = {}) {
      return run([...shell, script, ...args], {
        cwd: sandbox.project,
        env: {
          PATH: sandbox.bin,
          HOME: sandbox.home,
          SHELL: '/bin/bash',
          CC_ROUTE_DOWNLOAD_URL: url,
          ...env,
        },
      });
    },
    async [Symbol.asyncDispose]() {
      await server.stop(true);
      sandbox[Symbol.dispose]();
    },
  };
}

/** The first bytes of the installer, in a file. */
export function truncatedInstaller(sandbox: Sandbox, bytes: number): string {
  const path = join(sandbox.root, 'truncated.sh');
  mkdirSync(sandbox.root, { recursive: true });
  writeFileSync(path, readFileSync(INSTALLER).subarray(0, bytes));
  return path;
}
