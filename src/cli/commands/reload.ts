import { bypassProxies } from '../../launcher/control-client.ts';
import { command } from '../command.ts';
import { reloadGateway } from '../gateway-control.ts';

export default command({
  name: 'reload',
  description:
    'Make the gateway read its configuration now; it also does so by itself when the file changes. Exit code 3: none runs.',
  example: 'cc-route reload',
  args: { json: { type: 'boolean', description: 'Print JSON.' } },
  run({ json }) {
    bypassProxies();
    return reloadGateway(process.env, { json: json === true });
  },
});
