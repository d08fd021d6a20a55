import type { RecentCall, TimelineStep } from '../../telemetry/recent-calls.ts';
import { fields, paint } from '../output.ts';

/** Longer error texts are cut; `--json` has them whole. */
const MAX_TEXT = 300;

/** A call for people: what was asked, what happened when, and what came of it. */
export function timelineText(call: RecentCall): string {
  const { id, at, model, target, status, result } = call;
  const time = new Date(at).toLocaleTimeString('en-GB');
  const outcome = paint(isFine(result) ? 'green' : 'red', `${status} ${result}`);
  const steps = call.timeline.map((step) => [span(step.atMs), stepText(step)] as const);
  const last = [span(call.totalMs), paint('dim', endText(call))] as const;
  const head = `${time}  ${paint('bold', model)} → ${target ?? 'nowhere'}  ${outcome}  ${paint('dim', id)}`;
  return `${head}\n${fields([...steps, last])}`;
}

const isFine = (result: string): boolean => result === 'complete' || result === 'client_gone';

/** `12 ms`, `1.9 s`, aligned by their ends. */
function span(ms: number): string {
  const text = ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
  return text.padStart(8);
}

/** What the answer came to. */
function endText({ result, usage, costUsd, error, timeline }: RecentCall): string {
  const last = timeline.findLast(({ step }) => step === 'failed');
  const isTold = error === null || last?.details['message'] === error;
  const cache = usage === null ? 0 : usage.cacheRead + usage.cacheWrite;
  const parts = [
    isFine(result) || isTold ? result : cut(error),
    usage === null
      ? ''
      : `${count(usage.input + cache)} tokens in${cache === 0 ? '' : ` (${count(usage.cacheRead)} from cache)`}, ${count(usage.output)} out`,
    costUsd === null ? '' : `$${costUsd.toFixed(4)}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

const count = (value: number): string => value.toLocaleString('en');

const cut = (text: string): string =>
  text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`;

function stepText({ step, route, target, details }: TimelineStep): string {
  const text = (key: string): string => String(details[key] ?? '');
  switch (step) {
    case 'routed':
      return text('scenario') === ''
        ? `routed to ${route}`
        : `routed to ${route} by the scenario ${text('scenario')}`;
    case 'attempt':
      return `sent to ${target}`;
    case 'failed': {
      const status = text('status') === '' ? '' : ` ${text('status')}`;
      return paint('yellow', `failed: ${text('error')}${status}: ${cut(text('message'))}`);
    }
    case 'retry':
      return `again after ${Math.round(Number(details['delayMs']))} ms`;
    case 'fallback':
      return `falls back from ${text('fromRoute')} to ${route}`;
    case 'circuit_open':
      return `passes over ${target}, which failed too often lately`;
    case 'rate_limited':
      return `the rate limit of ${target}: ${Math.round(Number(details['waitMs']))} ms to wait`;
    case 'repair':
      return `changed to what ${target} takes: ${text('what')}`;
    case 'cache':
      return `cache: ${text('result')}`;
    case 'committed':
      return `first byte from ${target}`;
    default:
      // A gateway of another version may know more steps.
      return `${String(step)} ${JSON.stringify(details)}`;
  }
}
