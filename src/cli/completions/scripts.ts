import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import { completionSpec, type CompletionSpec } from './spec.ts';
import { zshScript } from './zsh.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

const RENDER: Readonly<Record<Shell, (spec: CompletionSpec) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** The script that a shell sources. */
export async function completionScript(shell: Shell): Promise<string> {
  const { COMMANDS } = await import('../commands.ts');
  return RENDER[shell](await completionSpec(COMMANDS));
}
