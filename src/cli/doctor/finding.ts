/** What a finding means for the person: all is well, good to know, will hurt some day, is broken. */
export type Level = 'ok' | 'note' | 'warning' | 'error';

/** The parts that `doctor` looks at, in the order in which they are shown. */
export const CHECKS = [
  'configuration',
  'keys',
  'gateway',
  'Claude Code',
  'settings',
  'network',
  'other routers',
  'machine',
  'routes',
] as const;
export type CheckName = (typeof CHECKS)[number];

/** One thing that was looked at. None of its texts holds a secret. */
export interface Finding {
  readonly check: CheckName;
  readonly level: Level;
  /** Stable, for programs: `settings.saved-model`. */
  readonly id: string;
  readonly what: string;
  /** Why it matters; absent where all is well. */
  readonly why?: string;
  /** The command that mends it, or what to change where. */
  readonly mend?: string;
}

type Trouble = Omit<Finding, 'check' | 'level' | 'id'> & { readonly why: string };

/** Makes the findings of one check. */
export class Findings {
  readonly list: Finding[] = [];
  readonly #check: CheckName;

  constructor(check: CheckName) {
    this.#check = check;
  }

  ok(id: string, what: string): void {
    this.list.push({ check: this.#check, level: 'ok', id, what });
  }

  note(id: string, trouble: Trouble): void {
    this.add('note', id, trouble);
  }

  warning(id: string, trouble: Trouble): void {
    this.add('warning', id, trouble);
  }

  error(id: string, trouble: Trouble): void {
    this.add('error', id, trouble);
  }

  add(level: Level, id: string, trouble: Trouble): void {
    this.list.push({ check: this.#check, level, id, ...trouble });
  }
}
