import { bypassProxies } from '../../launcher/control-client.ts';
import type { Environment } from '../../config/paths.ts';
import { command } from '../command.ts';
import { configArg, jsonArg } from '../configuration.ts';
import { createContext } from '../doctor/context.ts';
import { examine, inOrder, thisMachine } from '../doctor/doctor.ts';
import type { Finding } from '../doctor/finding.ts';
import { countOf, reportText } from '../doctor/report.ts';
import { EXIT, print, printJson, progress } from '../output.ts';

export default command({
  name: 'doctor',
  description:
    'Check the configuration, keys, gateway, Claude Code and whatever would override them. Exit code 1: something is broken.',
  example: 'cc-route doctor --live',
  args: {
    json: jsonArg,
    config: configArg,
    live: {
      type: 'boolean',
      description: 'Also send one tiny request over each route; it may cost a few tokens.',
    },
  },
  async run({ json, config, live }) {
    const findings = await allFindings(config, live === true);
    const errors = countOf(findings, 'error');
    if (json === true) {
      printJson({ ok: errors === 0, errors, warnings: countOf(findings, 'warning'), findings });
    } else {
      print(reportText(findings));
    }
    return errors === 0 ? EXIT.ok : EXIT.failure;
  },
});

async function allFindings(file: string | undefined, live: boolean): Promise<readonly Finding[]> {
  const env: Environment = { ...process.env };
  const context = await createContext(thisMachine(env), file);
  bypassProxies();
  const findings = await examine(context);
  if (!live) return findings;
  // Requests to providers take the way that the gateway's would.
  Object.assign(process.env, env);
  const { checkRoutes } = await import('../doctor/live.ts');
  const line = progress();
  try {
    const tried = await checkRoutes(context, (done, all) => {
      line.show(`trying the routes: ${done} of ${all}`);
    });
    return inOrder([...findings, ...tried]);
  } finally {
    line.clear();
  }
}
