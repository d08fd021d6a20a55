import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { isObject, parseObject, type Json } from '../../launcher/user-settings.ts';
import { MARKETPLACE } from '../../launcher/plugin-files.ts';

/**
 * What Claude Code's commands about plugins leave behind in its folder, so that uninstalling can
 * put back what was there: they reformat files, and leave empty lists and folders.
 */

/** Files that the commands change. */
const FILES = [
  'settings.json',
  'plugins/installed_plugins.json',
  'plugins/known_marketplaces.json',
] as const;

/** Lists in those files. */
const LISTS: ReadonlySet<string> = new Set(['enabledPlugins', 'extraKnownMarketplaces', 'plugins']);

/** Folders that they make, the inner ones first. */
const FOLDERS = ['commands', 'plugins/cache', 'plugins/marketplaces', 'plugins'] as const;

/** How Claude Code's folder was before the first installation. */
export interface Footprint {
  /** By path; `null`: it wasn't there. */
  readonly files: Readonly<Record<string, string | null>>;
  readonly folders: readonly string[];
}

/** Looks at Claude Code's folder. */
export function takeFootprint(folder: string): Footprint {
  return {
    files: Object.fromEntries(FILES.map((name) => [name, readText(join(folder, name))])),
    folders: FOLDERS.filter((name) => existsSync(join(folder, name))),
  };
}

/** Keeps the first footprint: a second installation finds our own traces. */
export function keepFootprint(path: string, footprint: Footprint): void {
  if (existsSync(path)) return;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, JSON.stringify(footprint), { mode: 0o600 });
}

/** @returns `null`: none was kept, or it can't be read any more */
export function readFootprint(path: string): Footprint | null {
  const kept = parseObject(readText(path) ?? '');
  if (kept === null || !isObject(kept['files']) || !Array.isArray(kept['folders'])) return null;
  return kept as unknown as Footprint;
}

/**
 * Takes away what is left when the client has uninstalled the plugin. A file that says the same as
 * before, empty lists aside, gets its old text back to the byte; in one that the user has changed
 * meanwhile nothing but the empty lists goes.
 */
export function eraseTraces(folder: string, before: Footprint | null): void {
  rmSync(join(folder, 'plugins/cache', MARKETPLACE), { recursive: true, force: true });
  for (const name of FILES) {
    const path = join(folder, name);
    const now = readText(path);
    if (now === null) continue;
    const after = withoutTraces(now, before?.files[name] ?? null);
    if (after === null) rmSync(path);
    else if (after !== now) writeFileSync(path, after);
  }
  for (const name of FOLDERS) {
    const path = join(folder, name);
    if (before?.folders.includes(name) === true) continue;
    if (existsSync(path) && readdirSync(path).length === 0) rmdirSync(path);
  }
}

/**
 * A file's text without our traces.
 *
 * @param before its text before the installation; `null`: it wasn't there
 * @returns `null`: nothing is left that anybody needs
 */
export function withoutTraces(now: string, before: string | null): string | null {
  const parsed = parseObject(now);
  if (parsed === null) return now;
  const was = before === null ? null : parseObject(before);
  const cleaned = clean(parsed, was ?? {});
  if (Bun.deepEquals(cleaned, was ?? {})) return before;
  // `installed_plugins.json` says its version even where nothing is installed.
  if (before === null && Object.keys(cleaned).every((key) => key === 'version')) return null;
  return Bun.deepEquals(cleaned, parsed)
    ? now
    : `${JSON.stringify(cleaned, null, 2)}${lastLine(now)}`;
}

const lastLine = (text: string): string => (text.endsWith('\n') ? '\n' : '');

/** Without lists of plugins that are empty now and weren't there before. */
function clean(now: Json, before: Json): Json {
  const isLeft = ([key, value]: [string, unknown]): boolean =>
    LISTS.has(key) && !(key in before) && isObject(value) && Object.keys(value).length === 0;
  return Object.fromEntries(Object.entries(now).filter((entry) => !isLeft(entry)));
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
