import type { Environment } from '../../config/paths.ts';
import { rawRoutes } from '../raw-routes.ts';

/** A name after `--model`, and what it stands for. */
interface ModelName {
  readonly name: string;
  readonly description: string;
}

/**
 * Every alias and route of the configuration file, for a shell that waits for them. A name with a
 * control character is none: a shell would take it apart.
 */
export function modelNames(env: Environment): readonly ModelName[] {
  const routes = rawRoutes(env);
  const aliases = routes.flatMap((route) =>
    route.aliases.map((name) => ({ name, description: route.name })),
  );
  const names = routes.map(({ name }) => ({ name, description: '' }));
  return [...aliases, ...names, { name: 'echo', description: 'answers offline' }].filter(
    ({ name, description }) => !/\p{C}/u.test(name + description) && name !== '',
  );
}

/** One `name⇥description` a line. */
export const namesText = (names: readonly ModelName[]): string =>
  names.map(({ name, description }) => `${name}\t${description}\n`).join('');
