import type { AgentName } from '../core/agent-name.ts';
import { nearestNames } from '../lib/nearest.ts';
import { scanWords, UnclosedQuotation, type Word } from './scan.ts';

/** One piece of work for one model. */
export interface Assignment {
  /** As the configuration spells it. */
  readonly name: string;
  /** The subagent type that does it. */
  readonly agent: string;
  readonly task: string;
  readonly readonly: boolean;
}

/** What a command line of `/mmodel` comes to. */
export type Parsed =
  | {
      readonly ok: true;
      readonly assignments: readonly Assignment[];
      /** One after another, each with what the ones before reported. */
      readonly sequential: boolean;
    }
  /** Nothing may run. Each problem is a sentence. */
  | { readonly ok: false; readonly problems: readonly string[] };

const FLAGS = ['--readonly', '--sequential'];

const SEPARATORS = /[,，、]/u;

/** A word like these is no alias with a task, whatever stands before its colon. */
const NO_HEAD = /^\/\/|^[:：\\]|^\d+(?:[:.,;)/?#].*)?$/su;

/** What people call models; `std::vector`, `src/a.ts:12` and prose in other scripts aside. */
const NAME_LIKE = /^[A-Za-z][\w.+/-]*$/u;

/**
 * Reads `mm25:implement the core g5:"write unit tests" d4f:review --readonly=d4f`.
 *
 * A task begins behind `alias:` and ends before the next one. It may have several words in any
 * language; where it contains something like `word:word` it stands in quotation marks. What looks
 * like an alias and is none is an error, so that no piece of work lands with the wrong model.
 */
export function parseAssignments(text: string, known: readonly AgentName[]): Parsed {
  let words: readonly Word[];
  try {
    words = scanWords(text);
  } catch (error) {
    if (!(error instanceof UnclosedQuotation)) throw error;
    return { ok: false, problems: [`${error.message}.`] };
  }
  return new Reader(known).read(words);
}

interface Draft {
  readonly known: AgentName;
  task: string;
}

class Reader {
  readonly #known: readonly AgentName[];
  readonly #drafts: Draft[] = [];
  readonly #problems: string[] = [];
  readonly #readonly = new Set<AgentName>();
  #allReadonly = false;
  /** `--readonly` was the last word, and names may follow. */
  #wantsNames = false;
  #sequential = false;

  constructor(known: readonly AgentName[]) {
    this.#known = known;
  }

  read(words: readonly Word[]): Parsed {
    for (const word of words) {
      const isTaken = this.#takeNames(word) || this.#takeFlag(word) || this.#takeHead(word);
      if (!isTaken) this.#takeText(word);
    }
    const assignments = this.#drafts.map((draft) => this.#finish(draft));
    if (assignments.length === 0 && this.#problems.length === 0) {
      this.#problems.push('No task is given.');
    }
    if (this.#problems.length > 0) return { ok: false, problems: [...new Set(this.#problems)] };
    return { ok: true, assignments, sequential: this.#sequential };
  }

  #finish(draft: Draft): Assignment {
    const { known } = draft;
    const task = draft.task.trim();
    if (task === '') this.#problems.push(`${known.name} has nothing to do.`);
    const isReadonly =
      this.#allReadonly ||
      [...this.#readonly].some(({ readonlyAgent }) => readonlyAgent === known.readonlyAgent);
    const agent = isReadonly ? known.readonlyAgent : known.agent;
    return { name: known.name, agent, task, readonly: isReadonly };
  }

  /** `--readonly d4f`, as people write options of other programs. */
  #takeNames({ source, quoted, head }: Word): boolean {
    if (!this.#wantsNames) return false;
    this.#wantsNames = false;
    const names =
      quoted || head !== null ? [] : source.split(SEPARATORS).map((name) => this.#find(name));
    if (names.length === 0 || names.includes(undefined)) return false;
    this.#allReadonly = false;
    this.#takeReadonly(source);
    return true;
  }

  /** Some systems write a dash for two hyphens. */
  #takeFlag({ source, text, quoted, head }: Word): boolean {
    if (quoted && head === null) return false;
    const [name = '', value] = (head === null ? text : source)
      .replace(/^[—–]/u, '--')
      .split(/=(.*)/su, 2);
    if (!name.startsWith('--') || name === '--') return false;
    if (name === '--sequential' && value === undefined) this.#sequential = true;
    else if (name === '--readonly') this.#takeReadonly(value);
    else return this.#takeWrongFlag(name);
    return true;
  }

  /** A task may well speak of options; only what is nearly one of ours is a slip. */
  #takeWrongFlag(name: string): boolean {
    const [meant] = nearestNames(name, FLAGS, 1);
    if (meant === undefined && this.#drafts.length > 0) return false;
    this.#problems.push(
      meant === undefined
        ? `There is no option ${name}; there are ${FLAGS.join(' and ')}.`
        : `There is no option ${name} like this; ${meant} is meant?`,
    );
    return true;
  }

  #takeReadonly(value: string | undefined): void {
    if (value === undefined || value === '' || value.toLowerCase() === 'all') {
      this.#allReadonly = true;
      this.#wantsNames = value === undefined;
      return;
    }
    for (const name of value.split(SEPARATORS)) {
      const known = this.#find(name);
      if (known === undefined) this.#problems.push(this.#unknown(name));
      else this.#readonly.add(known);
    }
  }

  #takeHead({ head, text, quoted }: Word): boolean {
    if (head === null) return false;
    const known = this.#find(head);
    if (known !== undefined) {
      if (known.problem !== null) this.#problems.push(`${known.name}: ${known.problem}`);
      this.#drafts.push({ known, task: text });
      return true;
    }
    const isNear = nearestNames(head, this.#names, 1).length > 0;
    const isProse = text === '' || !NAME_LIKE.test(head) || (!quoted && NO_HEAD.test(text));
    if (!isNear && isProse && this.#drafts.length > 0) return false;
    this.#problems.push(this.#unknown(head));
    return true;
  }

  #takeText({ gap, source, text, quoted, head }: Word): void {
    const draft = this.#drafts.at(-1);
    if (draft === undefined) {
      if (this.#problems.length === 0) {
        this.#problems.push(`"${source.slice(0, 40)}" stands before any alias: write alias:task.`);
      }
      return;
    }
    // A task that is one quotation loses its marks; a quotation within a task keeps them.
    const isWhole = quoted && head === null && draft.task === '';
    draft.task += (gap.includes('\n') ? gap : ' ') + (isWhole ? text : source);
  }

  get #names(): string[] {
    return this.#known.map(({ name }) => name);
  }

  #find(name: string): AgentName | undefined {
    const wanted = name.trim().toLowerCase();
    return this.#known.find((each) => each.name.toLowerCase() === wanted);
  }

  #unknown(name: string): string {
    const shown = `No model is called "${name.trim().slice(0, 40)}".`;
    const near = nearestNames(name.trim(), this.#names, 3);
    if (near.length > 0) return `${shown} Did you mean ${near.join(' or ')}?`;
    const all = this.#names.slice(0, 12).join(', ');
    return `${shown} There are ${all || 'none yet'}. If it belongs to a task, put the task in quotation marks.`;
  }
}
