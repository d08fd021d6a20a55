/** How a cell of a terminal looks; absent: the terminal's own. */
export interface Look {
  /** `#rrggbb`. */
  readonly color?: string;
  readonly background?: string;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly inverse?: boolean;
}

/** Cells of one line that look alike. */
export interface Run {
  /** Counted from 0. */
  readonly column: number;
  /** In cells: a wide character takes two. */
  readonly width: number;
  readonly text: string;
  readonly look: Look;
}

/** The sixteen colours that programs name by number: normal, then bright. */
const NAMED = (
  '#45475a #f38ba8 #a6e3a1 #f9e2af #89b4fa #f5c2e7 #94e2d5 #bac2de ' +
  '#7f849c #f38ba8 #a6e3a1 #f9e2af #89b4fa #f5c2e7 #94e2d5 #cdd6f4'
).split(' ');

const LEVELS = [0, 95, 135, 175, 215, 255];

/** Everything but SGR is dropped: `tmux capture-pane -e` writes links and charset changes besides. */
// oxlint-disable-next-line no-control-regex -- escape sequences begin with one
const TOKEN = /\u001b\[([\d;:]*)m|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[\u000e\u000f]/gu;

/**
 * Reads what `tmux capture-pane -e` prints: text and its attributes (ECMA-48, section 8.3.117),
 * which go on from line to line.
 */
export function readScreen(text: string): Run[][] {
  let look: Look = {};
  return text.split('\n').map((line) => {
    const runs: Run[] = [];
    let column = 0;
    let at = 0;
    const add = (part: string): void => {
      if (part === '') return;
      const width = Bun.stringWidth(part);
      runs.push({ column, width, text: part, look });
      column += width;
    };
    for (const match of line.matchAll(TOKEN)) {
      add(line.slice(at, match.index));
      if (match[1] !== undefined) look = applied(look, match[1].split(/[;:]/u).map(Number));
      at = match.index + match[0].length;
    }
    add(line.slice(at));
    return runs;
  });
}

function applied(look: Look, [code, ...rest]: readonly number[]): Look {
  if (code === undefined) return look;
  if (code !== 38 && code !== 48) return applied(simple(look, code), rest);
  const [color, used] = extendedColor(rest);
  const next = color === null ? look : { ...look, [code === 38 ? 'color' : 'background']: color };
  return applied(next, rest.slice(used));
}

function simple(look: Look, code: number): Look {
  const { color: _, ...colorless } = look;
  const { background: __, ...backless } = look;
  switch (code) {
    case 0:
      return {};
    case 1:
      return { ...look, bold: true };
    case 2:
      return { ...look, dim: true };
    case 3:
      return { ...look, italic: true };
    case 4:
      return { ...look, underline: true };
    case 7:
      return { ...look, inverse: true };
    case 22:
      return { ...look, bold: false, dim: false };
    case 23:
      return { ...look, italic: false };
    case 24:
      return { ...look, underline: false };
    case 27:
      return { ...look, inverse: false };
    case 39:
      return colorless;
    case 49:
      return backless;
    default:
      return named(look, code);
  }
}

function named(look: Look, code: number): Look {
  const at = (index: number): string => NAMED[index] ?? '#ffffff';
  if (code >= 30 && code <= 37) return { ...look, color: at(code - 30) };
  if (code >= 90 && code <= 97) return { ...look, color: at(code - 90 + 8) };
  if (code >= 40 && code <= 47) return { ...look, background: at(code - 40) };
  if (code >= 100 && code <= 107) return { ...look, background: at(code - 100 + 8) };
  return look;
}

/** A colour after 38 or 48, and how many of the codes it took. */
function extendedColor([kind, ...rest]: readonly number[]): readonly [string | null, number] {
  if (kind === 2) return [hex(rest.slice(0, 3)), 4];
  if (kind !== 5) return [null, 0];
  const [index = 0] = rest;
  if (index < 16) return [NAMED[index] ?? null, 2];
  if (index >= 232) return [hex(Array.from({ length: 3 }, () => 8 + (index - 232) * 10)), 2];
  const cube = index - 16;
  const steps = [Math.floor(cube / 36), Math.floor(cube / 6) % 6, cube % 6];
  return [hex(steps.map((step) => LEVELS[step] ?? 0)), 2];
}

const hex = (parts: readonly number[]): string =>
  `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
