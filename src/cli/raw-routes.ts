import { readFileSync } from 'node:fs';
import { parse } from 'jsonc-parser';
import { configPath, type Environment } from '../config/paths.ts';

/** One entry of `modelRoutes` as it stands in the file: nothing of it was checked. */
export interface RawRoute {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly entry: Readonly<Record<string, unknown>>;
}

/**
 * The routes of the configuration file for those who can't wait for its schema, such as a shell's
 * completion. What can't be understood is left out; a file that can't be read has none.
 */
export function rawRoutes(env: Environment): readonly RawRoute[] {
  try {
    const { path } = configPath(undefined, { env });
    const file = path === null ? {} : asObject(parse(readFileSync(path, 'utf8')));
    return Object.entries(asObject(file['modelRoutes'])).map(([name, value]) => {
      const entry = asObject(value);
      const aliases = [entry['alias']].flat().filter((alias) => typeof alias === 'string');
      return { name, aliases, entry };
    });
  } catch {
    return [];
  }
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
