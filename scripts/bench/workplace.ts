import type { Subprocess } from 'bun';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Peer } from './ipc.ts';
import { processTree } from './proc.ts';

/** How long a child may take to end when it is asked to. */
const STOP_MS = 3_000;

/** How long a server may take to listen. */
const READY_MS = 15_000;

/** A server that was started for the benchmark. */
export interface Started {
  readonly pid: number;
  stop(): Promise<void>;
}

/** A temporary folder and all processes of a run; nothing of either stays behind. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'cc-route-bench-'));
  readonly #children = new Set<Subprocess>();
  #processes = 0;

  constructor() {
    process.on('exit', () => this.clear());
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
      ['SIGHUP', 129],
    ] as const) {
      process.on(signal, () => process.exit(code));
    }
  }

  /** Writes a file into the folder and returns its path. */
  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Starts one of the harness's own processes. */
  peer(file: URL, name: string): Peer {
    return new Peer((onMessage, onExit) => {
      const child = Bun.spawn([process.execPath, fileURLToPath(file)], {
        stdio: ['ignore', 'inherit', 'inherit'],
        ipc: onMessage,
        onExit,
      });
      this.#children.add(child);
      return child;
    }, name);
  }

  /** Starts a server without waiting for it; what it prints goes to a file of the folder. */
  spawn(
    command: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Started & {
    readonly exited: () => boolean;
    readonly output: () => string;
  } {
    this.#processes += 1;
    const log = join(this.folder, `process-${this.#processes}.log`);
    const child = Bun.spawn([...command], {
      cwd: this.folder,
      env: { ...env },
      stdio: ['ignore', Bun.file(log), Bun.file(`${log}.err`)],
    });
    this.#children.add(child);
    return {
      pid: child.pid,
      exited: () => child.exitCode !== null || child.signalCode !== null,
      output: () => tail(log) + tail(`${log}.err`),
      stop: async () => {
        child.kill('SIGTERM');
        const killer = setTimeout(() => killTree(child), STOP_MS);
        await child.exited;
        clearTimeout(killer);
        this.#children.delete(child);
      },
    };
  }

  /**
   * Starts a server and waits until it takes connections.
   * @throws Error with what it printed where it does not.
   */
  async serve(
    command: readonly string[],
    port: number,
    env: Readonly<Record<string, string>>,
  ): Promise<Started & { readonly readyMs: number }> {
    const startedAt = performance.now();
    const server = this.spawn(command, env);
    while (!(await accepts(port))) {
      if (server.exited() || performance.now() - startedAt > READY_MS) {
        await server.stop();
        throw new Error(`${command[0]} does not listen on ${port}:\n${server.output()}`);
      }
      await Bun.sleep(1);
    }
    return { ...server, readyMs: performance.now() - startedAt };
  }

  /** Kills what still runs and removes the folder. */
  clear(): void {
    for (const child of this.#children) killTree(child);
    this.#children.clear();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A loopback port that is free now. */
export function freePort(): number {
  const listener = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data: () => {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
}

async function accepts(port: number): Promise<boolean> {
  try {
    const socket = await Bun.connect({ hostname: '127.0.0.1', port, socket: { data: () => {} } });
    socket.terminate();
    return true;
  } catch {
    return false;
  }
}

function killTree(child: Subprocess): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  for (const pid of processTree(child.pid)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}

function tail(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8').slice(-2_000) : '';
}
