import { readFileSync } from 'node:fs';
import type { AgentName } from '../../core/agent-name.ts';
import { summarizeRoute } from '../../gateway/route-summary.ts';
import { agentNames } from '../../launcher/agents.ts';
import { answerHook, explain } from '../../mmodel/hook.ts';
import { parseAssignments } from '../../mmodel/parse.ts';
import { agentCalls } from '../../mmodel/plan.ts';
import { command, UsageError } from '../command.ts';
import { configArg, jsonArg, loadTable } from '../configuration.ts';
import { EXIT, print, printError, printJson, table } from '../output.ts';
import { bareCommandIsOurs } from '../plugin/bare-command.ts';

export default command({
  name: 'mmodel',
  description: 'Show what /mmodel makes of a line; or answer the hook of the plugin.',
  example: `cc-route mmodel 'mm25:write the core g5:"write the tests" --readonly=g5'`,
  args: {
    line: { type: 'positional', required: false, description: 'What stands behind /mmodel.' },
    hook: { type: 'boolean', description: 'Read what Claude Code tells a hook, and answer it.' },
    agents: { type: 'string', valueHint: 'file', description: 'Take the names from this file.' },
    config: configArg,
    json: jsonArg,
  },
  async run({ line, hook, agents, config, json }) {
    const known = agents === undefined ? await namesOf(config) : readNames(agents);
    if (hook === true) {
      const { env } = process;
      const answer = answerHook(await Bun.stdin.json(), known, {
        bareIsOurs: bareCommandIsOurs(env),
        baseURL: env['ANTHROPIC_BASE_URL'],
      });
      if (answer !== null) process.stdout.write(JSON.stringify(answer));
      return EXIT.ok;
    }
    if (line === undefined) throw new UsageError('a line is missing');
    const parsed = parseAssignments(line, known);
    if (!parsed.ok) {
      printError(explain(parsed.problems, known));
      return EXIT.usage;
    }
    const { assignments, sequential } = parsed;
    if (json === true) {
      printJson({ sequential, calls: agentCalls(assignments) });
      return EXIT.ok;
    }
    const rows = assignments.map(({ name, agent, task }) => [name, agent, task]);
    print(table(['model', 'subagent type', 'task'], rows));
    if (assignments.length > 1) print(sequential ? '\none after another' : '\nat the same time');
    return EXIT.ok;
  },
});

/** As a session that starts now would have them. */
async function namesOf(config: string | undefined): Promise<readonly AgentName[]> {
  const { table: routes } = await loadTable(config, process.env);
  return agentNames(routes.routes.map(summarizeRoute));
}

/** As the session has them that the hook is part of. */
function readNames(file: string): readonly AgentName[] {
  return (JSON.parse(readFileSync(file, 'utf8')) as { agents: AgentName[] }).agents;
}
