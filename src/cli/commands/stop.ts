import { bypassProxies } from '../../launcher/control-client.ts';
import { command } from '../command.ts';
import { stopGateway } from '../gateway-control.ts';

export default command({
  name: 'stop',
  description: 'Stop the gateway after the requests under way. Exit code 3: none runs.',
  example: 'cc-route stop',
  run() {
    bypassProxies();
    return stopGateway(process.env);
  },
});
