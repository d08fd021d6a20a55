import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { homeDirectory, type Environment } from '../config/paths.ts';
import { agentNamesIn } from './user-agents.ts';

/** A JSON object of somebody else's, of which only what we need is looked at. */
export type Json = Readonly<Record<string, unknown>>;

/** What Claude Code finds in its own files, as far as it concerns credentials and addresses. */
export interface UserSettings {
  /** The settings files' contents, the strongest last. */
  readonly files: readonly Json[];
  /** Subagent types that the user and the project have. */
  readonly agents: readonly string[];
  /** The `env` blocks of the settings files; the nearer file wins. */
  readonly env: Readonly<Record<string, string>>;
  /** A command of the user's that prints an API key. */
  readonly hasApiKeyHelper: boolean;
  /** Logged in at claude.ai or the console. */
  readonly isLoggedIn: boolean;
  readonly keyAnswers: KeyAnswers;
}

/** What the user has said when asked about an API key in the environment; the ends of the keys. */
export interface KeyAnswers {
  readonly approved: readonly string[];
  readonly rejected: readonly string[];
}

export interface UserSettingsOptions {
  readonly env: Environment;
  readonly cwd: string;
  readonly platform?: NodeJS.Platform;
}

/** The object in a JSON text; `null`: it holds none. */
export function parseObject(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The `env` block of a settings object. */
export function environmentOf(settings: Json | null): Record<string, string> {
  const env = settings?.['env'];
  if (!isObject(env)) return {};
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** Reads Claude Code's settings of the user and of the project; changes nothing. */
export function readUserSettings(options: UserSettingsOptions): UserSettings {
  const { env, cwd, platform = process.platform } = options;
  const home = homeDirectory({ env, platform });
  const named = env['CLAUDE_CONFIG_DIR'];
  const configDir = named || (home && join(home, '.claude'));
  const folders = [...(configDir ? [configDir] : []), join(cwd, '.claude')];
  const files = [
    ...(configDir ? [join(configDir, 'settings.json')] : []),
    join(cwd, '.claude', 'settings.json'),
    join(cwd, '.claude', 'settings.local.json'),
  ]
    .map(readObject)
    .filter((file) => file !== null);
  const state = readState((named || home) && join(named || home || '', '.claude.json'));
  return {
    files,
    agents: folders.flatMap((folder) => agentNamesIn(join(folder, 'agents'))),
    env: Object.assign({}, ...files.map(environmentOf)) as Record<string, string>,
    hasApiKeyHelper: files.some((file) => Boolean(file['apiKeyHelper'])),
    isLoggedIn:
      (configDir && hasStoredLogin(join(configDir, '.credentials.json'))) ||
      hasAccount(state, platform),
    keyAnswers: keyAnswersOf(state),
  };
}

function hasStoredLogin(path: string): boolean {
  return isObject(readObject(path)?.['claudeAiOauth']);
}

/** On macOS the login itself is in the keychain, and the account's name in this file. */
const hasAccount = (state: Json, platform: NodeJS.Platform): boolean =>
  Boolean(state['primaryApiKey']) || (platform === 'darwin' && isObject(state['oauthAccount']));

function keyAnswersOf(state: Json): KeyAnswers {
  const answers = isObject(state['customApiKeyResponses']) ? state['customApiKeyResponses'] : {};
  const list = (value: unknown): string[] =>
    Array.isArray(value) ? value.filter((end) => typeof end === 'string' && end !== '') : [];
  return { approved: list(answers['approved']), rejected: list(answers['rejected']) };
}

/** Claude Code's file about itself; empty where it says nothing of what we need. */
function readState(path: string | null | undefined): Json {
  const text = path ? readText(path) : null;
  // It grows with the user's history: parsed only where it may say something.
  const concerns = /"(?:oauthAccount|primaryApiKey|customApiKeyResponses)"/u;
  return (text !== null && concerns.test(text) ? parseObject(text) : null) ?? {};
}

function readObject(path: string): Json | null {
  const text = readText(path);
  return text === null ? null : parseObject(text);
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
