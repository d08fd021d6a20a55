import { addedTo, ratioTo, valueOf, type Figure, type Figures } from './figures.ts';
import { isReached, type Goal } from './goals.ts';

/** Facts about machine and programs, by name. */
export type Facts = Readonly<Record<string, string>>;

export interface Results {
  readonly figures: Figures;
  readonly goals: readonly Goal[];
  readonly facts: Facts;
}

/** The results for people. */
export function asText({ figures, goals, facts }: Results): string {
  const lines = [...figureLines(figures.all), ...goalLines(goals), '', 'Measured with'];
  for (const [name, value] of Object.entries(facts)) lines.push(`  ${name}: ${value}`);
  for (const { case: name, contender, message } of figures.failures) {
    lines.push('', `FAILED: ${contender}, ${name}: ${message}`);
  }
  return `${lines.join('\n')}\n`;
}

/** The results for programs. */
export function asJSON({ figures, goals, facts }: Results): string {
  const value = {
    figures: figures.all.map(({ rounds, ...figure }) => ({
      ...figure,
      contenders: Object.fromEntries(
        [...rounds].map(([name, values]) => [
          name,
          { median: valueOf({ ...figure, rounds }, name), rounds: values },
        ]),
      ),
    })),
    goals: goals.map((goal) => ({ ...goal, reached: isReached(goal) })),
    facts,
    failures: figures.failures,
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** One block for each case; its columns are the contenders that took part. */
function figureLines(figures: readonly Figure[]): string[] {
  const blocks = Map.groupBy(figures, (figure) => figure.case);
  const rows: string[][] = [];
  for (const [name, block] of blocks) {
    const contenders = [...new Set(block.flatMap(({ rounds }) => [...rounds.keys()]))];
    if (rows.length > 0) rows.push([]);
    rows.push([name, ...contenders]);
    for (const figure of block) rows.push(figureRow(figure, contenders));
  }
  return aligned(rows);
}

function figureRow(figure: Figure, contenders: readonly string[]): string[] {
  const baseline = contenders.find((name) => valueOf(figure, name) !== null) ?? '';
  const cells = contenders.map((name) => {
    const value = valueOf(figure, name);
    if (value === null) return '–';
    return name === baseline ? number(value) : number(value) + compared(figure, name, baseline);
  });
  return [`  ${figure.figure}${figure.unit === '' ? '' : `, ${figure.unit}`}`, ...cells];
}

function compared(figure: Figure, name: string, baseline: string): string {
  switch (figure.compare) {
    case 'ratio': {
      const ratio = ratioTo(figure, name, baseline);
      return ratio === null ? '' : ` ×${ratio.toFixed(2)}`;
    }
    case 'added': {
      const added = addedTo(figure, name, baseline);
      return added === null ? '' : ` ${added < 0 ? '−' : '+'}${number(Math.abs(added))}`;
    }
    case 'none':
      break;
  }
  return '';
}

function goalLines(goals: readonly Goal[]): string[] {
  const measured = goals.filter((goal) => goal.measured !== null);
  if (measured.length === 0) return [];
  const rows = measured.map((goal) => [
    `  ${goal.text}`,
    withUnit(goal.measured ?? 0, goal.unit),
    `${goal.sense} ${withUnit(goal.limit, goal.unit)}`,
    isReached(goal) === true ? 'ok' : 'miss',
  ]);
  return ['', ...aligned([['Goals', 'measured', 'goal', ''], ...rows])];
}

function withUnit(value: number, unit: string): string {
  return unit === '' ? number(value) : `${number(value)} ${unit}`;
}

/** The first column to the left, the others to the right. */
function aligned(rows: readonly string[][]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart((widths[column] ?? 0) + 2),
      )
      .join('')
      .trimEnd(),
  );
}

function number(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}
