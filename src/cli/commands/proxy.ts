import { restartWithRuntimeSettings } from '../../launcher/executable.ts';
import { parsePort } from '../../launcher/invocation.ts';
import { command, UsageError } from '../command.ts';

export default command({
  name: 'proxy',
  description: 'Run the gateway in the foreground, like clauder --proxy-only.',
  example: 'cc-route proxy --port 4000',
  args: {
    port: { type: 'string', valueHint: 'number', description: 'Listen on this port (3456).' },
    host: { type: 'string', valueHint: 'address', description: 'Listen there (127.0.0.1).' },
    config: { type: 'string', valueHint: 'file', description: 'Read this configuration.' },
  },
  async run({ port: portText, host, config }) {
    const port = portText === undefined ? undefined : parsePort(portText);
    if (port === null)
      throw new UsageError(`--port ${portText}: a port is a number from 0 to 65535`);
    const restarted = await restartWithRuntimeSettings(process.argv.slice(2), process.env);
    if (restarted !== null) return restarted;
    const { runGateway } = await import('../../http/run.ts');
    const flags = {
      ...(port === undefined ? {} : { port }),
      ...(host === undefined ? {} : { host }),
      ...(config === undefined ? {} : { config }),
    };
    return runGateway({ flags, ephemeral: false, detached: false, announce: true });
  },
});
