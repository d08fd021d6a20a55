import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from '../../config/document.ts';
import type { KeyPath } from '../../config/config-error.ts';
import { environmentOf, isObject, type Json } from '../../launcher/user-settings.ts';
import type { DoctorContext } from './context.ts';

/** One place that Claude Code takes settings from. */
export interface SettingsSource {
  /** As people know it: a file's path, or `the environment`. */
  readonly name: string;
  readonly kind: 'environment' | 'user' | 'project' | 'managed';
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly settings: Json;
  /** The file is there, but holds no JSON object. */
  readonly isBroken: boolean;
  /** The command that brings a person to a key. */
  readonly open: (path: KeyPath) => string;
}

/**
 * Every source of settings, the weakest first: what the launcher passes stands above all of them
 * but the managed ones, which an administrator gives.
 */
export function settingsSources(context: DoctorContext): readonly SettingsSource[] {
  const { env, cwd, home, managedSettings } = context;
  const configDir = env['CLAUDE_CONFIG_DIR'] || (home === null ? null : join(home, '.claude'));
  return [
    environmentSource(env),
    ...(configDir === null ? [] : fileSource(join(configDir, 'settings.json'), 'user', context)),
    ...fileSource(join(cwd, '.claude', 'settings.json'), 'project', context),
    ...fileSource(join(cwd, '.claude', 'settings.local.json'), 'project', context),
    ...[join(managedSettings, 'managed-settings.json'), ...dropIns(managedSettings)].flatMap(
      (file) => fileSource(file, 'managed', context),
    ),
  ];
}

/** Where an administrator's settings lie (Claude Code's documentation, "Settings files"). */
export function managedSettingsFolder(platform: NodeJS.Platform): string {
  if (platform === 'darwin') return '/Library/Application Support/ClaudeCode';
  return platform === 'win32' ? 'C:\\Program Files\\ClaudeCode' : '/etc/claude-code';
}

function dropIns(folder: string): readonly string[] {
  const path = join(folder, 'managed-settings.d');
  try {
    return readdirSync(path)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .map((name) => join(path, name));
  } catch {
    return [];
  }
}

function environmentSource(env: DoctorContext['env']): SettingsSource {
  return {
    name: 'the environment',
    kind: 'environment',
    env,
    settings: {},
    isBroken: false,
    open: (path) => `unset ${path.at(-1)}`,
  };
}

function fileSource(
  path: string,
  kind: SettingsSource['kind'],
  { show }: DoctorContext,
): readonly SettingsSource[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  const parsed = parseDocument(text);
  const value = parsed.ok && isObject(parsed.document.value) ? parsed.document.value : null;
  const name = show(path);
  return [
    {
      name,
      kind,
      env: environmentOf(value),
      settings: value ?? {},
      isBroken: value === null && text.trim() !== '',
      open(key) {
        const line = parsed.ok ? parsed.document.locate(key, 'key')?.line : undefined;
        const at = line === undefined ? '' : `+${line} `;
        const what = kind === 'managed' ? 'ask your administrator to remove' : 'remove';
        return `${what} "${key.at(-1)}": \${EDITOR:-vi} ${at}${/\s/u.test(name) ? `'${name}'` : name}`;
      },
    },
  ];
}
