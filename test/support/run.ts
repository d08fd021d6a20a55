/** How a program ended. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Killed, and the run rejected, after this time. */
  readonly timeoutMs?: number;
}

/** Runs a program to its end and collects what it wrote. */
export async function run(command: readonly string[], options: RunOptions): Promise<Finished> {
  const started = performance.now();
  const child = Bun.spawn([...command], {
    cwd: options.cwd,
    env: { ...options.env },
    stdin: options.stdin === undefined ? 'ignore' : new Blob([options.stdin]),
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const timeoutMs = options.timeoutMs ?? 60_000;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, timeoutMs);
  const output = Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  const code = await child.exited;
  clearTimeout(timer);
  const [stdout, stderr] = await output;
  if (late) {
    throw new Error(
      `${command.slice(0, 4).join(' ')} … was still running after ${timeoutMs} ms\n${stdout}\n${stderr}`,
    );
  }
  return { code, stdout, stderr, ms: performance.now() - started };
}
