import type { Grouping, UsageDetail, UsageReport } from '../usage/report.ts';
import { plural, table } from './output.ts';

/** What stands in the first columns, for each grouping. */
const KEYS: Readonly<Record<Grouping, readonly (keyof UsageDetail)[]>> = {
  model: ['model', 'provider'],
  provider: ['provider'],
  route: ['route'],
  day: ['day'],
  session: ['session', 'to'],
  agent: ['session', 'agent', 'to'],
};

const TITLES: Partial<Record<keyof UsageDetail, string>> = { to: 'last request' };

/** A report as a table, the total in its last row. */
export function usageText({ summary, details }: UsageReport, by: Grouping): string {
  if (details.length === 0) return 'Nothing has been used in this time.';
  const keys = KEYS[by];
  const head = [
    ...keys.map((key) => TITLES[key] ?? key),
    'requests',
    'failed',
    'input',
    'cache read',
    'cache write',
    'output',
    'cost',
  ];
  const rows = details.map((detail) => [
    ...keys.map((key) => cellOf(key, detail[key])),
    ...numbers(detail),
  ]);
  const total = [
    'total',
    ...keys.slice(1).map(() => ''),
    ...numbers({
      requests: summary.totalRequests,
      errors: summary.totalErrors,
      input: summary.totalInput,
      cacheRead: summary.totalCacheRead,
      cacheWrite: summary.totalCacheWrite,
      output: summary.totalOutput,
      costUsd: summary.totalCostUsd,
    }),
  ];
  const note =
    summary.totalUnpriced === 0
      ? ''
      : `\n\n${plural(summary.totalUnpriced, 'request')} went to models without a known price; ` +
        'set "pricing" on their routes to have their cost counted.';
  return table(head, [...rows, total]) + note;
}

type Numbers = Pick<
  UsageDetail,
  'requests' | 'errors' | 'input' | 'cacheRead' | 'cacheWrite' | 'output' | 'costUsd'
>;

function numbers(row: Numbers): string[] {
  const { requests, errors, input, cacheRead, cacheWrite, output, costUsd } = row;
  const counts = [requests, errors, input, cacheRead, cacheWrite, output];
  return [...counts.map((count) => count.toLocaleString('en')), dollars(costUsd)];
}

/** Cents for what a person would notice, more digits below. */
function dollars(usd: number): string {
  return `$${usd === 0 || usd >= 1 ? usd.toFixed(2) : usd.toFixed(4)}`;
}

function cellOf(key: keyof UsageDetail, value: UsageDetail[keyof UsageDetail]): string {
  if (value === null || value === undefined) return key === 'agent' ? 'main' : '-';
  const text = String(value);
  return key === 'to' ? new Date(text).toLocaleString('sv').slice(0, 16) : text;
}
