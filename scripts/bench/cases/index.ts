import type { Bench } from '../bench.ts';
import { events } from './events.ts';
import { large, turn } from './latency.ts';
import { leave } from './leave.ts';
import { memory } from './memory.ts';
import type { CaseName } from './names.ts';
import { policies } from './policies.ts';
import { small } from './small.ts';
import { start } from './start.ts';
import { many, slots } from './streams.ts';

/** Every case by its name. */
export const CASES: Readonly<Record<CaseName, (bench: Bench) => Promise<void>>> = {
  small,
  turn,
  large,
  events,
  many,
  slots,
  leave,
  memory,
  start,
  policies,
};
