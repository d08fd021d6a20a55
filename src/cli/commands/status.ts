import { bypassProxies } from '../../launcher/control-client.ts';
import { command } from '../command.ts';
import { showStatus } from '../gateway-control.ts';

export default command({
  name: 'status',
  description: 'Show whether the gateway runs, where, and for whom. Exit code 3: none runs.',
  example: 'cc-route status --json',
  args: { json: { type: 'boolean', description: 'Print JSON.' } },
  run({ json }) {
    bypassProxies();
    return showStatus(process.env, { json: json === true });
  },
});
