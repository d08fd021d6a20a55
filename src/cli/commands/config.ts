import { defineCommand } from 'citty';
import { command } from '../command.ts';
import { EXIT, print, printError, printJson } from '../output.ts';

const json = { type: 'boolean', description: 'Print JSON.' } as const;
const config = {
  type: 'string',
  valueHint: 'file',
  description: 'The configuration file, instead of CC_ROUTE_CONFIG or the default one.',
} as const;

const schema = command({
  name: 'schema',
  description: 'Prints a JSON Schema of the configuration file, for editors.',
  example: 'cc-route config schema > ~/.claude/cc-route.schema.json',
  args: { json: { ...json, description: 'The default: the schema is JSON.' } },
  async run() {
    const { configJsonSchema } = await import('../../config/schema.ts');
    const { PROVIDERS } = await import('../../providers/catalog.ts');
    printJson(configJsonSchema(PROVIDERS.map((provider) => provider.name)));
    return EXIT.ok;
  },
});

const path = command({
  name: 'path',
  description: 'Prints which configuration file is read, whether it exists or not.',
  example: '${EDITOR:-vi} "$(cc-route config path)"',
  args: { json, config },
  async run(args) {
    const { configPath } = await import('../../config/paths.ts');
    const { path: file, origin } = configPath(args.config);
    if (file === null) {
      printError('There is no home folder; name a file by --config or CC_ROUTE_CONFIG.');
      return EXIT.failure;
    }
    if (args.json === true) {
      printJson({ path: file, origin, exists: await Bun.file(file).exists() });
    } else {
      print(file);
    }
    return EXIT.ok;
  },
});

const check = command({
  name: 'check',
  description: 'Checks the configuration, and prints every value in force with its origin.',
  example: 'cc-route config check --config ./new.json',
  args: { json, config },
  async run(args) {
    const { checkConfig } = await import('./config-check.ts');
    const { stdout, stderr, exitCode } = await checkConfig({
      json: args.json === true,
      flags: args.config === undefined ? {} : { config: args.config },
    });
    process.stdout.write(stdout);
    process.stderr.write(stderr);
    return exitCode;
  },
});

/** `cc-route config check | path | schema`. */
export default defineCommand({
  meta: {
    name: 'config',
    description:
      'Checks the configuration file, shows where it is, or prints its schema. Example: cc-route config check',
  },
  subCommands: { check, path, schema },
});
