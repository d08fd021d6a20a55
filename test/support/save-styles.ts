import {
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

/** A way in which programs save a file. */
export interface SaveStyle {
  readonly name: string;
  /** Lays the first content out in an empty folder; returns the path to give to a reader. */
  create(folder: string, text: string): string;
  /** Saves another content; resolves after the last write. `count` differs each time. */
  save(path: string, text: string, count: number): Promise<void> | void;
}

const PIECE_BYTES = 1024;
const BETWEEN_PIECES_MS = 3;

const write = (path: string, text: string) => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o600 });
};

const createPlain = (folder: string, text: string) => {
  const path = join(folder, 'config.json');
  write(path, text);
  return path;
};

const replace = (path: string, text: string) => {
  write(`${path}.new`, text);
  renameSync(`${path}.new`, path);
};

/** As editors, shells, dotfile managers, Kubernetes and slow disks do it. */
export const SAVE_STYLES: readonly SaveStyle[] = [
  { name: 'in place', create: createPlain, save: write },
  { name: 'rename', create: createPlain, save: replace },
  {
    name: 'delete and create',
    create: createPlain,
    save(path, text) {
      unlinkSync(path);
      write(path, text);
    },
  },
  {
    name: 'symlink target',
    create(folder, text) {
      write(join(folder, 'dotfiles', 'target.json'), text);
      const path = join(folder, 'home', 'config.json');
      mkdirSync(dirname(path));
      symlinkSync('../dotfiles/target.json', path);
      return path;
    },
    save(path, text, count) {
      const target = join(dirname(path), '../dotfiles/target.json');
      if (count % 2 === 0) write(target, text);
      else replace(target, text);
    },
  },
  {
    // A volume of a ConfigMap: the file is a link into `..data`, a link that is replaced.
    name: 'Kubernetes ..data',
    create(folder, text) {
      write(join(folder, '..2026_0', 'config.json'), text);
      symlinkSync('..2026_0', join(folder, '..data'));
      symlinkSync('..data/config.json', join(folder, 'config.json'));
      return join(folder, 'config.json');
    },
    save(path, text, count) {
      const folder = dirname(path);
      write(join(folder, `..2026_${count}`, 'config.json'), text);
      symlinkSync(`..2026_${count}`, join(folder, '..data_tmp'));
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
      rmSync(join(folder, `..2026_${count - 1}`), { recursive: true, force: true });
    },
  },
  {
    name: '1 kB pieces',
    create: createPlain,
    async save(path, text) {
      const file = openSync(path, 'w', 0o600);
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
        if (at > 0) await Bun.sleep(BETWEEN_PIECES_MS);
        writeSync(file, bytes, at, Math.min(PIECE_BYTES, bytes.length - at));
      }
      closeSync(file);
    },
  },
];
