import { bypassProxies } from '../../launcher/control-client.ts';
import { command } from '../command.ts';
import { configArg, jsonArg } from '../configuration.ts';
import { createContext } from '../doctor/context.ts';
import { examine, thisMachine } from '../doctor/doctor.ts';
import { countOf, reportText } from '../doctor/report.ts';
import { EXIT, print, printJson } from '../output.ts';

export default command({
  name: 'doctor',
  description:
    'Check the configuration, keys, gateway, Claude Code and whatever would override them. Exit code 1: something is broken.',
  example: 'cc-route doctor',
  args: { json: jsonArg, config: configArg },
  async run({ json, config }) {
    const env = { ...process.env };
    bypassProxies();
    const findings = await examine(await createContext(thisMachine(env), config));
    const errors = countOf(findings, 'error');
    if (json === true) {
      printJson({ ok: errors === 0, errors, warnings: countOf(findings, 'warning'), findings });
    } else {
      print(reportText(findings));
    }
    return errors === 0 ? EXIT.ok : EXIT.failure;
  },
});
