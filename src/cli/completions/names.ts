import { readFileSync } from 'node:fs';
import { parse } from 'jsonc-parser';
import { configPath, type Environment } from '../../config/paths.ts';

/** A name after `--model`, and what it stands for. */
interface ModelName {
  readonly name: string;
  readonly description: string;
}

/**
 * Every alias and route of the configuration file, for a shell that waits for them: the file is
 * read as it is, without the schema, and what can't be understood is left out. A name with a
 * control character is no name; a shell would take it apart.
 */
export function modelNames(env: Environment): readonly ModelName[] {
  const routes = readRoutes(env);
  const aliases = Object.entries(routes).flatMap(([route, entry]) =>
    aliasesOf(entry).map((name) => ({ name, description: route })),
  );
  const names = Object.keys(routes).map((name) => ({ name, description: '' }));
  return [...aliases, ...names, { name: 'echo', description: 'answers offline' }].filter(
    ({ name, description }) => !/\p{C}/u.test(name + description) && name !== '',
  );
}

/** One `name⇥description` a line. */
export const namesText = (names: readonly ModelName[]): string =>
  names.map(({ name, description }) => `${name}\t${description}\n`).join('');

function readRoutes(env: Environment): Readonly<Record<string, unknown>> {
  try {
    const { path } = configPath(undefined, { env });
    const value: unknown = path === null ? null : parse(readFileSync(path, 'utf8'));
    const routes = (value as { modelRoutes?: unknown } | null)?.modelRoutes;
    return typeof routes === 'object' && routes !== null ? (routes as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function aliasesOf(entry: unknown): string[] {
  const alias = (entry as { alias?: unknown } | null)?.alias;
  return [alias].flat().filter((name): name is string => typeof name === 'string');
}
