/** The cases in the order in which they run. */
export const CASE_NAMES = [
  'small',
  'turn',
  'large',
  'events',
  'many',
  'slots',
  'leave',
  'memory',
  'start',
  'policies',
] as const;

export type CaseName = (typeof CASE_NAMES)[number];
