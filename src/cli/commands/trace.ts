import { resolve } from 'node:path';
import { fetchRoutes } from '../../launcher/control-client.ts';
import type { RecentCall } from '../../telemetry/recent-calls.ts';
import { command, UsageError } from '../command.ts';
import { jsonArg } from '../configuration.ts';
import { EXIT, print, printError, printJson } from '../output.ts';
import { makeBundle, saveBundle } from '../trace/bundle.ts';
import { TraceSource } from '../trace/source.ts';
import { timelineText } from '../trace/timeline.ts';

const DEFAULT_LINES = 10;

/** How often `--follow` asks, in milliseconds. */
const POLL_MS = 500;

/** More than come in between. */
const POLL_LIMIT = 200;

export default command({
  name: 'trace',
  description:
    'Show what happened to the last requests: where each was sent, when the first byte came, retries, fallbacks, tokens, cost. Exit code 3: no gateway runs.',
  example: 'cc-route trace --follow',
  args: {
    follow: { type: 'boolean', alias: 'f', description: 'Go on with new ones, until Ctrl-C.' },
    lines: {
      type: 'string',
      alias: 'n',
      valueHint: 'count',
      description: `How many of the last requests; absent: ${DEFAULT_LINES}.`,
    },
    id: { type: 'string', valueHint: 'req_…', description: 'This request.' },
    model: {
      type: 'string',
      valueHint: 'alias',
      description: 'Requests whose model, route or target has this in its name.',
    },
    failed: { type: 'boolean', description: 'Only requests that failed.' },
    save: {
      type: 'string',
      valueHint: 'file',
      description: 'Write one exchange, the last or that of --id, without secrets and contents.',
    },
    'with-content': {
      type: 'boolean',
      description: 'With --save: keep what was said in the request; wants log.bodies.',
    },
    json: jsonArg,
  },
  async run(args) {
    const source = await TraceSource.open(process.env);
    if (source === null) {
      printError('No gateway runs, and the last requests are in its memory only.');
      return EXIT.notRunning;
    }
    const query = { model: args.model, failed: args.failed === true };
    if (args.save !== undefined) {
      const calls = args.id === undefined ? await source.list({ ...query, limit: 1 }) : [];
      const call = args.id === undefined ? calls[0] : await source.find(args.id);
      return save(call, source, args.save, args['with-content'] === true);
    }
    const show = args.json === true ? printLine : printCall;
    if (args.id !== undefined) {
      const call = await source.find(args.id);
      if (args.json === true) printJson(call);
      else print(timelineText(call));
      return EXIT.ok;
    }
    const count = readCount(args.lines);
    if (args.follow === true) return follow(source, query, count, show);
    const calls = await source.list({ ...query, limit: count });
    if (args.json === true) printJson({ requests: calls });
    else if (calls.length === 0) print('No request has come yet.');
    else print(calls.map(timelineText).join('\n\n'));
    return EXIT.ok;
  },
});

const printLine = (call: RecentCall): void => print(JSON.stringify(call));
const printCall = (call: RecentCall): void => print(`${timelineText(call)}\n`);

function readCount(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LINES;
  if (!/^\d{1,4}$/u.test(text)) throw new UsageError(`--lines ${text}: expected a number`);
  return Number(text);
}

/** Goes on until ^C, or until the gateway ends. */
async function follow(
  source: TraceSource,
  query: { readonly model: string | undefined; readonly failed: boolean },
  count: number,
  show: (call: RecentCall) => void,
): Promise<never> {
  let calls = await source.list({ ...query, limit: POLL_LIMIT });
  for (const call of count === 0 ? [] : calls.slice(-count)) show(call);
  for (;;) {
    const seen = new Set(calls.map(({ id }) => id));
    await Bun.sleep(POLL_MS);
    calls = await source.list({ ...query, limit: POLL_LIMIT });
    for (const call of calls) if (!seen.has(call.id)) show(call);
  }
}

async function save(
  call: RecentCall | undefined,
  source: TraceSource,
  name: string,
  withContent: boolean,
): Promise<number> {
  if (call === undefined) {
    printError('No request has come yet, so there is nothing to save.');
    return EXIT.failure;
  }
  const file = resolve(name);
  const routes = await fetchRoutes(source.record);
  const route = routes.find((one) => one.name === call.route);
  const body = await source.body(call.id);
  if (body === null && withContent) {
    printError(`The gateway did not keep what ${call.id} said. ${KEEP}`);
    return EXIT.failure;
  }
  const bundle = makeBundle({
    call,
    route:
      route === undefined
        ? null
        : { wire: route.wire, contextWindow: route.contextWindow, learned: route.learned },
    body,
    withContent,
  });
  saveBundle(file, bundle);
  print(`${file}: ${call.id}, ${CONTENTS[bundle.request.kind]}`);
  if (bundle.request.kind === 'none') print(KEEP);
  if (bundle.request.kind === 'content') {
    print(`Send it again: cc-route replay ${name} --model ALIAS`);
  }
  return EXIT.ok;
}

const CONTENTS = {
  content:
    'with what was said in the request; keys are taken out. Look through it before you pass it on',
  outline: 'without secrets and without what was said: fit for a bug report',
  none: 'without secrets and without the request, which the gateway did not keep',
} as const;

const KEEP =
  'To have the request, too: write "log": { "bodies": true } into the configuration, make the request again, and save it.';
