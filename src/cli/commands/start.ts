import { bypassProxies } from '../../launcher/control-client.ts';
import { command } from '../command.ts';
import { startGateway } from '../gateway-control.ts';

export default command({
  name: 'start',
  description: 'Start the gateway in the background; it stays until it is stopped.',
  example: 'cc-route start',
  run() {
    const env = { ...process.env };
    bypassProxies();
    return startGateway(env);
  },
});
