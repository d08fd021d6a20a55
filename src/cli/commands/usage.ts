import { MOMENT_FORMS, parseMoment } from '../../lib/moment.ts';
import { GROUPINGS, type Grouping } from '../../usage/report.ts';
import { command, UsageError } from '../command.ts';
import { jsonArg } from '../configuration.ts';
import { EXIT, print, printJson } from '../output.ts';

export default command({
  name: 'usage',
  description:
    'Tokens, requests and cost by model, provider, route, day, session or agent. Works with and without a running gateway.',
  example: 'cc-route usage --since 7d --by day',
  args: {
    by: {
      type: 'string',
      valueHint: GROUPINGS.join('|'),
      description: 'What the rows stand for; absent: model.',
    },
    since: {
      type: 'string',
      valueHint: 'when',
      description: `Calls from then on: ${MOMENT_FORMS}. Absent: all.`,
    },
    until: { type: 'string', valueHint: 'when', description: 'Calls before then.' },
    json: jsonArg,
  },
  async run(args) {
    const by = readGrouping(args.by);
    const { fetchUsage } = await import('../usage-source.ts');
    const report = await fetchUsage(process.env, {
      by,
      since: readMoment('--since', args.since),
      until: readMoment('--until', args.until),
    });
    if (args.json === true) printJson(report);
    else {
      const { usageText } = await import('../usage-text.ts');
      print(usageText(report, by));
    }
    return EXIT.ok;
  },
});

function readGrouping(text: string | undefined): Grouping {
  const found = GROUPINGS.find((name) => name === (text ?? 'model'));
  if (found === undefined) throw new UsageError(`--by must be one of ${GROUPINGS.join(', ')}`);
  return found;
}

function readMoment(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const moment = parseMoment(text, Date.now());
  if (moment === null) throw new UsageError(`${option} must be one of ${MOMENT_FORMS}`);
  return moment;
}
