import { median } from './statistics.ts';

/** What a figure is, apart from who reached it. */
export interface FigureKind {
  readonly case: string;
  readonly figure: string;
  readonly unit: string;
  /** How a contender is shown next to the first one: its ratio, or what it adds. */
  readonly compare: 'ratio' | 'added' | 'none';
}

/** One row of the table: what each contender reached, round by round. */
export interface Figure extends FigureKind {
  readonly rounds: Map<string, number[]>;
}

export interface Failure {
  readonly case: string;
  readonly contender: string;
  readonly message: string;
}

/** Everything that was measured, in the order of measuring. */
export class Figures {
  readonly failures: Failure[] = [];
  readonly #figures = new Map<string, Figure>();

  get all(): readonly Figure[] {
    return [...this.#figures.values()];
  }

  record(kind: FigureKind, contender: string, value: number): void {
    const key = `${kind.case}\n${kind.figure}`;
    let figure = this.#figures.get(key);
    if (figure === undefined) {
      figure = { ...kind, rounds: new Map() };
      this.#figures.set(key, figure);
    }
    const rounds = figure.rounds.get(contender);
    if (rounds === undefined) figure.rounds.set(contender, [value]);
    else rounds.push(value);
  }

  find(caseName: string, figure: string): Figure | undefined {
    return this.#figures.get(`${caseName}\n${figure}`);
  }
}

/** The median of a contender's rounds; `null` where it has none. */
export function valueOf(figure: Figure | undefined, contender: string): number | null {
  const value = median(figure?.rounds.get(contender) ?? []);
  return Number.isFinite(value) ? value : null;
}

/** A contender's ratio to another one, the median over the rounds, so that drift hits both. */
export function ratioTo(
  figure: Figure | undefined,
  contender: string,
  baseline: string,
): number | null {
  return paired(figure, contender, baseline, (value, base) => value / base);
}

/** What a contender adds to another one, the median over the rounds. */
export function addedTo(
  figure: Figure | undefined,
  contender: string,
  baseline: string,
): number | null {
  return paired(figure, contender, baseline, (value, base) => value - base);
}

function paired(
  figure: Figure | undefined,
  contender: string,
  baseline: string,
  combine: (value: number, base: number) => number,
): number | null {
  const bases = figure?.rounds.get(baseline) ?? [];
  const values = figure?.rounds.get(contender) ?? [];
  if (bases.length !== values.length) return null;
  const value = median(values.map((each, round) => combine(each, bases[round] ?? Number.NaN)));
  return Number.isFinite(value) ? value : null;
}
