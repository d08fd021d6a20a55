import type { Look, Run } from './cells.ts';

/** Of one cell, in pixels. */
const CELL = { width: 8.4, height: 18 };
const FONT_SIZE = 14;
const PADDING = 18;
const TITLE_HEIGHT = 34;

const COLORS = { background: '#1e1e2e', foreground: '#cdd6f4', title: '#7f849c', bar: '#181825' };
const FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace";

export interface Picture {
  readonly title: string;
  /** For those who can't see it. */
  readonly description: string;
  readonly columns: number;
  readonly lines: readonly (readonly Run[])[];
}

/** Draws a terminal. Every run of cells has its place and width, so that any font keeps the columns. */
export function drawTerminal({ title, description, columns, lines }: Picture): string {
  const width = Math.round(columns * CELL.width + 2 * PADDING);
  const height = TITLE_HEIGHT + lines.length * CELL.height + 2 * PADDING;
  const dots = ['#f38ba8', '#f9e2af', '#a6e3a1'].map(
    (color, index) => `<circle cx="${20 + index * 18}" cy="17" r="5.5" fill="${color}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(description)}">`,
    `<title>${escaped(description)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${COLORS.background}"/>`,
    `<path d="M0 ${TITLE_HEIGHT}V8a8 8 0 0 1 8-8h${width - 16}a8 8 0 0 1 8 8v${TITLE_HEIGHT - 8}z" fill="${COLORS.bar}"/>`,
    ...dots,
    `<g font-family="${FONT}" font-size="${FONT_SIZE}">`,
    `<text x="${width / 2}" y="22" text-anchor="middle" fill="${COLORS.title}">${escaped(title)}</text>`,
    ...lines.flatMap((runs, row) => runs.flatMap((run) => drawRun(run, row))),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function drawRun({ column, width, text, look }: Run, row: number): string[] {
  const x = (cells: number): string => (PADDING + cells * CELL.width).toFixed(1);
  const top = TITLE_HEIGHT + PADDING + row * CELL.height;
  const { color, background } = colorsOf(look);
  const box =
    background === null
      ? []
      : [
          `<rect x="${x(column)}" y="${top}" width="${(width * CELL.width).toFixed(1)}" height="${CELL.height}" fill="${background}"/>`,
        ];
  const shown = text.trim();
  if (shown === '') return box;
  const start = column + Bun.stringWidth(text.slice(0, text.indexOf(shown)));
  const length = (Bun.stringWidth(shown) * CELL.width).toFixed(1);
  const styles = [
    look.bold === true ? ' font-weight="700"' : '',
    look.italic === true ? ' font-style="italic"' : '',
    look.underline === true ? ' text-decoration="underline"' : '',
    look.dim === true ? ' opacity="0.6"' : '',
  ].join('');
  return [
    ...box,
    `<text x="${x(start)}" y="${top + 14}" textLength="${length}" lengthAdjust="spacingAndGlyphs" xml:space="preserve" fill="${color}"${styles}>${escaped(shown)}</text>`,
  ];
}

function colorsOf({ color, background, inverse }: Look) {
  if (inverse !== true)
    return { color: color ?? COLORS.foreground, background: background ?? null };
  return { color: background ?? COLORS.background, background: color ?? COLORS.foreground };
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
