import type { Environment } from '../../config/paths.ts';
import { command } from '../command.ts';

/** Runs Claude Code and ends as it does. Its arguments never pass through a parser of ours. */
export async function launchFromCli(args: readonly string[], env: Environment): Promise<never> {
  const { bypassProxies } = await import('../../launcher/control-client.ts');
  bypassProxies();
  const { launch } = await import('../../launcher/launch.ts');
  const { endLike } = await import('../../launcher/run-claude.ts');
  return endLike(await launch(args, env));
}

/** For the list of commands; {@link launchFromCli} runs it. */
export default command({
  name: 'launch',
  description: 'Run Claude Code through the gateway, with any arguments of its own, like clauder.',
  example: 'cc-route launch --model echo -p hi',
  run: () => launchFromCli([], process.env),
});
