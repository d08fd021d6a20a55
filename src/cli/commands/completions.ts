import { command, UsageError } from '../command.ts';
import { EXIT } from '../output.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

export default command({
  name: 'completions',
  description: 'Print the completion script of a shell. clauder --install-completions sets it up.',
  example: 'cc-route completions zsh',
  args: {
    shell: {
      type: 'positional',
      required: false,
      valueHint: SHELLS.join('|'),
      description: SHELLS.join(', '),
    },
    names: { type: 'boolean', description: 'Print the names that --model takes instead.' },
  },
  async run({ shell, names }) {
    if (names === true) {
      const { modelNames, namesText } = await import('../completions/names.ts');
      process.stdout.write(namesText(modelNames(process.env)));
      return EXIT.ok;
    }
    const known = SHELLS.find((one) => one === shell);
    if (known === undefined) {
      throw new UsageError(`${shell ?? 'no shell'}: expected ${SHELLS.join(', ')}`);
    }
    const { completionScript } = await import('../completions/scripts.ts');
    process.stdout.write(await completionScript(known));
    return EXIT.ok;
  },
});
