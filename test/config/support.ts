import { afterAll } from 'bun:test';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Config } from '../../src/config/config.ts';
import { ConfigError } from '../../src/config/config-error.ts';
import { loadConfig, type LoadOptions } from '../../src/config/load.ts';

/** A home folder of its own for a test file; removed at the end. */
export function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'cc-route-home-'));
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

/** Writes the default configuration file of a home folder; objects become JSON. */
export function writeConfig(home: string, content: unknown, mode = 0o600): string {
  const path = join(home, '.claude', 'settings.cc-route.json');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  chmodSync(path, mode);
  return path;
}

type Env = Record<string, string>;

/** Loads a configuration from a home folder that has this file and nothing else. */
export function loadFrom(
  home: string,
  content: unknown,
  env: Env = {},
  options: Omit<LoadOptions, 'env'> = {},
): Promise<Config> {
  writeConfig(home, content);
  return loadConfig({ ...options, env: { HOME: home, ...env } });
}

/** The error that a load must end with. */
export async function failureOf(load: Promise<Config>): Promise<ConfigError> {
  try {
    await load;
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}
