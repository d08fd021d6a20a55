import { EVENTS } from './cases/events.ts';
import { LARGE, TURN } from './cases/latency.ts';
import { LEAVE } from './cases/leave.ts';
import { memoryAfter } from './cases/memory.ts';
import { POLICIES } from './cases/policies.ts';
import { SMALL } from './cases/small.ts';
import { START } from './cases/start.ts';
import { MANY, SLOTS } from './cases/streams.ts';
import { WIRES, type Wire } from './contenders.ts';
import { addedTo, ratioTo, valueOf, type FigureKind, type Figures } from './figures.ts';
import type { Effort } from './options.ts';

/** From how many requests on memory must not grow any more; `--long` makes so many. */
const LONG_RUN_REQUESTS = 100_000;

/** A figure to be reached, and what was. */
export interface Goal {
  readonly text: string;
  readonly limit: number;
  readonly sense: 'at least' | 'at most';
  readonly unit: string;
  /** `null`: not measured in this run. */
  readonly measured: number | null;
}

type Sense = Goal['sense'];

/** @returns `null` where nothing was measured. */
export function isReached({ measured, limit, sense }: Goal): boolean | null {
  if (measured === null) return null;
  return sense === 'at least' ? measured >= limit : measured <= limit;
}

/** The project's goals with what this run measured. */
export function goals(figures: Figures, { memoryRequests }: Effort): Goal[] {
  const find = ({ case: name, figure }: FigureKind) => figures.find(name, figure);
  const goal = (
    text: string,
    sense: Sense,
    limit: number,
    unit: string,
    measured: number | null,
  ): Goal => ({ text, sense, limit, unit, measured });
  const ratio = (text: string, kind: FigureKind, wire: Wire, base: string, limit: number): Goal =>
    goal(`${text}: ${wire} / ${base}`, 'at least', limit, '×', ratioTo(find(kind), wire, base));
  const added = (text: string, kind: FigureKind, wire: Wire, limit: number): Goal =>
    goal(`${text}: ${wire}`, 'at most', limit, 'ms', addedTo(find(kind), wire, 'direct'));
  const value = (
    text: string,
    kind: FigureKind,
    contender: string,
    limit: number,
    unit: string,
  ): Goal => goal(`${text}: ${contender}`, 'at most', limit, unit, valueOf(find(kind), contender));
  const [some, more] = memoryRequests;
  return [
    ratio('small JSON, requests/s', SMALL.rate, 'anthropic-messages', 'nginx', 0.35),
    added('200 kB request, added', LARGE.kb200, 'anthropic-messages', 0.5),
    added('200 kB request, added', LARGE.kb200, 'openai-chat', 2.5),
    ...WIRES.flatMap((wire) => [
      ratio('burst of 200 events, events/s', EVENTS.burst, wire, 'nginx', 1),
      ratio('stream of 20,000 events, events/s', EVENTS.long, wire, 'nginx', 1),
      added('first byte of a stream, added', EVENTS.firstByte, wire, 0.4),
    ]),
    added('first byte of a 120 kB turn, added', TURN.firstByte, 'anthropic-messages', 0.4),
    ...WIRES.flatMap((wire) =>
      LEAVE.map((kind) => value(`client leaves ${kind.figure}`, kind, wire, 100, 'ms')),
    ),
    ...WIRES.flatMap((wire) => [
      value('600 streams, waiting for a slot', SLOTS.waiting, wire, 0, ''),
      ratio('200 streams, events/s', MANY.rate, wire, 'direct', 0.98),
      value('200 streams, resident memory', MANY.memory, wire, 80, 'MB'),
      value('idle, resident memory', memoryAfter(0), wire, 45, 'MB'),
      goal(
        `memory after ${more.toLocaleString('en-US')} / ${some.toLocaleString('en-US')} requests: ${wire}`,
        'at most',
        1.2,
        '×',
        // Before that the heap still grows to its working size.
        more < LONG_RUN_REQUESTS
          ? null
          : quotient(
              valueOf(find(memoryAfter(more)), wire),
              valueOf(find(memoryAfter(some)), wire),
            ),
      ),
    ]),
    ...POLICIES.map((kind) =>
      goal(
        `all policies together, added: ${kind.figure}`,
        'at most',
        50,
        'µs',
        addedTo(find(kind), 'with', 'without'),
      ),
    ),
    value('start to listening, by hand', START.byHand, 'binary', 50, 'ms'),
    value('start to listening, by the launcher', START.byLauncher, 'binary', 50, 'ms'),
    value('added by the launcher, gateway running', START.launcher, 'binary', 60, 'ms'),
  ];
}

function quotient(value: number | null, base: number | null): number | null {
  return value === null || base === null ? null : value / base;
}
