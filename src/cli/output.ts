/** What a command ends with. */
export const EXIT = { ok: 0, failure: 1, usage: 2, notRunning: 3 } as const;

const ANSI = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
} as const;

export type Style = keyof typeof ANSI;

/** Whether a stream wants colours: a terminal, and nobody said no (https://no-color.org). */
function wantsColour(stream: { readonly isTTY?: boolean }, env = process.env): boolean {
  return stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
}

/** Paints a text for standard output, if that is a terminal. */
export function paint(style: Style, text: string): string {
  if (!wantsColour(process.stdout)) return text;
  const [on, off] = ANSI[style];
  return `\u{1B}[${on}m${text}\u{1B}[${off}m`;
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function printError(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** A line that says how far something is; it exists on a terminal only, and leaves nothing behind. */
export function progress(): { show(text: string): void; clear(): void } {
  const shown = process.stderr.isTTY;
  const write = (text: string): void => {
    if (shown) process.stderr.write(`\r\u{1B}[K${text}`);
  };
  return { show: write, clear: () => write('') };
}

/** Columns as wide as their widest cell, two blanks apart; wide characters count as two. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) =>
    Math.max(...all.map((row) => Bun.stringWidth(row[column] ?? ''))),
  );
  const lines = all.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - Bun.stringWidth(cell)))
      .join('  ')
      .trimEnd(),
  );
  return [paint('bold', lines[0] ?? ''), ...lines.slice(1)].join('\n');
}

/** A text in lines of at most so many columns, broken at blanks. */
export function wrap(text: string, columns: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && Bun.stringWidth(longer) > columns) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line].join('\n');
}

/** Names in one column, values in the next, indented; a value's further lines stand below it. */
export function fields(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => Bun.stringWidth(name)));
  return rows
    .map(([name, value]) => {
      const gap = ' '.repeat(width - Bun.stringWidth(name));
      const [first, ...rest] = value.split('\n');
      const below = rest.map((line) => `\n${' '.repeat(width + 4)}${line}`);
      return `  ${paint('dim', name)}${gap}  ${first}${below.join('')}`;
    })
    .join('\n');
}

/** `3 d 4 h`, `5 min 20 s`: the two largest units. */
export function duration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const units: readonly (readonly [string, number])[] = [
    ['d', Math.floor(seconds / 86_400)],
    ['h', Math.floor(seconds / 3600) % 24],
    ['min', Math.floor(seconds / 60) % 60],
    ['s', seconds % 60],
  ];
  const first = units.findIndex(([, count]) => count > 0);
  if (first === -1) return '0 s';
  return units
    .slice(first, first + 2)
    .filter(([, count]) => count > 0)
    .map(([unit, count]) => `${count} ${unit}`)
    .join(' ');
}

/** `1 session`, `2 sessions`. */
export const plural = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;
