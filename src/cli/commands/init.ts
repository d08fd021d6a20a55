import type { Environment } from '../../config/paths.ts';
import { command, UsageError } from '../command.ts';
import { openConfig } from '../config-file.ts';
import { configArg } from '../configuration.ts';
import { preview, tryRoute, writeRoute } from '../init/apply.ts';
import { newRoute } from '../init/draft.ts';
import { draftFromFlags, type InitFlags } from '../init/flags.ts';
import { EXIT, paint, print, printError } from '../output.ts';

const text = (valueHint: string, description: string) =>
  ({ type: 'string', valueHint, description }) as const;

export default command({
  name: 'init',
  description:
    'Add a model to the configuration, or write a first one: asks at a terminal, or takes flags.',
  example: 'cc-route init --provider deepseek --alias d4f --key-env DEEPSEEK_API_KEY',
  args: {
    provider: text('preset', 'A known provider; cc-route config schema lists them.'),
    'base-url': text('url', "The provider's address, where it is no preset or has its own."),
    wire: text('format', 'anthropic-messages or openai-chat; mostly known from the address.'),
    model: text('id', "The model, by the provider's own id."),
    alias: text('name', 'A short name for it; absent: one is made from the id.'),
    'key-env': text('variable', 'The key is in this variable of the environment.'),
    'key-command': text('command', 'The key is what this command prints.'),
    'key-stdin': { type: 'boolean', description: 'The key comes on standard input.' },
    test: { type: 'boolean', description: 'Send one tiny request when it is written.' },
    force: { type: 'boolean', description: 'Replace the route if it is there already.' },
    'dry-run': { type: 'boolean', description: 'Show what would be written; write nothing.' },
    config: { ...configArg, description: 'Write this file instead of the usual one.' },
  },
  async run(args) {
    const { config: file } = args;
    const env: Environment = { ...process.env };
    const flags: InitFlags = {
      provider: args.provider,
      baseURL: args['base-url'],
      wire: args.wire,
      model: args.model,
      alias: args.alias,
      keyEnv: args['key-env'],
      keyCommand: args['key-command'],
      keyStdin: args['key-stdin'],
    };
    const asks = Object.values(flags).every((value) => value === undefined || value === false);
    if (asks && process.stdin.isTTY && process.stdout.isTTY) {
      const { runWizard } = await import('../init/dialogue.ts');
      return runWizard(file, env);
    }
    const dryRun = args['dry-run'] === true;
    const options = { force: args.force === true, dryRun, test: args.test === true };
    return initByFlags(flags, file, env, options);
  },
});

interface InitOptions {
  readonly force: boolean;
  readonly dryRun: boolean;
  readonly test: boolean;
}

async function initByFlags(
  flags: InitFlags,
  named: string | undefined,
  env: Environment,
  { force, dryRun, test }: InitOptions,
): Promise<number> {
  const file = await openConfig(named, env);
  const { table } = file;
  const draft = await draftFromFlags(flags, table, env, () => Bun.stdin.text());
  const route = newRoute(draft, table);
  const holder = table.find(route.name);
  if (holder !== undefined && !force) {
    throw new UsageError(
      `${file.shown} has a route ${holder.name} already; --force replaces it, cc-route explain ${holder.name} shows it`,
    );
  }
  print(preview(route));
  if (dryRun) {
    print(`\nnothing was written; ${file.shown} is where it would go`);
    return EXIT.ok;
  }
  await writeRoute(file, route, env);
  print(`\n${file.exists ? 'added to' : 'written:'} ${file.shown}`);
  const { keyVariable } = draft.provider ?? {};
  if (draft.key.kind === 'preset' && keyVariable !== undefined && !env[keyVariable]) {
    printError(`${keyVariable} is not set yet: export it before you start.`);
  }
  let code: number = EXIT.ok;
  if (test) {
    const { ms, problem } = await tryRoute(file, route.name, env);
    if (problem === null) print(`${paint('green', 'it works')}: an answer came in ${ms} ms`);
    else {
      printError(`It doesn't work yet: ${problem}`);
      code = EXIT.failure;
    }
  }
  print(`\nNext: clauder --model ${route.callName}`);
  return code;
}
