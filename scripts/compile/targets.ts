/** One executable of a release. */
export interface CompileTarget {
  /** As in `clauder-linux-x64`; what `--target` takes. */
  readonly name: string;
  /** Bun's name for it (https://bun.com/docs/bundler/executables). */
  readonly bun: Bun.Build.CompileTarget;
  readonly suffix: '' | '.exe';
}

const target = (
  name: string,
  bun: Bun.Build.CompileTarget,
  suffix: CompileTarget['suffix'] = '',
): CompileTarget => ({ name, bun, suffix });

/**
 * Every executable of a release. Bun's executables for x64 need no AVX2: its `baseline` ones are
 * the same files since it looks for AVX2 when it runs. They want glibc 2.17 on Linux (2013) and
 * macOS 13.
 */
export const TARGETS: readonly CompileTarget[] = [
  target('linux-x64', 'bun-linux-x64-baseline'),
  target('linux-arm64', 'bun-linux-arm64'),
  target('linux-x64-musl', 'bun-linux-x64-baseline-musl'),
  target('linux-arm64-musl', 'bun-linux-arm64-musl'),
  target('macos-x64', 'bun-darwin-x64-baseline'),
  target('macos-arm64', 'bun-darwin-arm64'),
  target('windows-x64', 'bun-windows-x64-baseline', '.exe'),
  target('windows-arm64', 'bun-windows-arm64', '.exe'),
];

/**
 * The targets that a comma-separated list names. `darwin` is understood as `macos`, and an
 * operating system alone as all of its targets.
 *
 * @throws Error that lists the known names
 */
export function chooseTargets(list: string): CompileTarget[] {
  const chosen = list
    .split(',')
    .map((name) => name.trim().replace(/^darwin/, 'macos'))
    .filter((name) => name !== '')
    .flatMap((name) => {
      const found = TARGETS.filter((one) => one.name === name || one.name.split('-')[0] === name);
      if (found.length > 0) return found;
      const known = TARGETS.map((one) => one.name).join(', ');
      throw new Error(`There is no target "${name}". Known targets: ${known}.`);
    });
  if (chosen.length === 0) throw new Error('--target needs at least one name.');
  return [...new Set(chosen)];
}
