import type { Environment } from '../../config/paths.ts';
import { setValue } from '../../config/edit.ts';
import { loadConfig } from '../../config/load.ts';
import type { EditableConfig } from '../config-file.ts';
import { saveConfig } from '../config-file.ts';
import type { NewRoute } from './draft.ts';

/** What the file will have; for people, so without the key. */
export const preview = (route: NewRoute): string =>
  setValue('', ['modelRoutes', route.name], route.shown).trimEnd();

/** Adds the route to the file, or makes the file. */
export async function writeRoute(
  file: EditableConfig,
  route: NewRoute,
  env: Environment,
): Promise<void> {
  const text = setValue(file.text, ['modelRoutes', route.name], route.value);
  await saveConfig(file, text, env);
}

/** One tiny request over a route of a file; `null`: an answer came, else what went wrong. */
export async function tryRoute(
  file: EditableConfig,
  name: string,
  env: Environment,
): Promise<{ readonly ms: number; readonly problem: string | null }> {
  const config = await loadConfig({ env, flags: { config: file.path } });
  const route = config.routes.find((other) => other.name === name);
  if (route === undefined) throw new Error(`${file.shown} has no route ${name}`);
  const { probe } = await import('../doctor/probe.ts');
  const { ms, failure } = await probe(route, config, env);
  return { ms, problem: failure?.message ?? null };
}
