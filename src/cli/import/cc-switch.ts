import { Database } from 'bun:sqlite';
import type { WireName } from '../../providers/spec.ts';
import type { Found, FoundModel, ModelRef, Skipped } from './found.ts';
import { asObject, asText, parseJson5, type Json } from './json.ts';

/** What SQLite files begin with (https://www.sqlite.org/fileformat.html, section 1.3). */
const SQLITE_MAGIC = 'SQLite format 3\0';

/** Variables of a provider's settings that name a model. */
const MODEL_VARIABLES = [
  'ANTHROPIC_MODEL',
  'ANTHROPIC_DEFAULT_OPUS_MODEL',
  'ANTHROPIC_DEFAULT_SONNET_MODEL',
  'ANTHROPIC_DEFAULT_HAIKU_MODEL',
  'ANTHROPIC_DEFAULT_FABLE_MODEL',
  'ANTHROPIC_SMALL_FAST_MODEL',
  'ANTHROPIC_REASONING_MODEL',
  'CLAUDE_CODE_SUBAGENT_MODEL',
] as const;

/** `[1m]` asks Claude Code for a window of a million tokens. */
const MILLION = /\[1m\]$/iu;

/** One provider of Claude Code's, out of either kind of file. */
interface Entry {
  readonly name: string;
  readonly settings: Json;
  readonly meta: Json;
  readonly isCurrent: boolean;
}

/**
 * Reads cc-switch's `cc-switch.db` (farion1231/cc-switch, `src-tauri/src/database/schema.rs`) or
 * the `config.json` of its older versions: the providers for Claude Code, with their `env` blocks.
 */
export function readCcSwitch(bytes: Uint8Array, file: string): Found {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 16));
  const isDatabase = head.toString('latin1') === SQLITE_MAGIC;
  const entries = isDatabase ? readDatabase(file) : readFile(bytes, file);
  const skipped: Skipped[] = [];
  const models = entries.flatMap((entry) => readEntry(entry, skipped));
  const current = entries.find(({ isCurrent }) => isCurrent);
  return {
    program: 'cc-switch',
    file,
    models,
    skipped,
    start: current === undefined ? null : startOf(current),
    fallback: [],
    scenarios: {},
    longContextTokens: null,
  };
}

interface Row {
  readonly name: string;
  readonly settings_config: string;
  readonly meta: string;
  readonly is_current: number;
}

function readDatabase(file: string): Entry[] {
  using database = new Database(file, { readonly: true });
  const rows = database
    .query<Row, []>(
      "SELECT name, settings_config, meta, is_current FROM providers WHERE app_type = 'claude' ORDER BY sort_index, created_at, name",
    )
    .all();
  return rows.map(({ name, settings_config, meta, is_current }) => ({
    name,
    settings: parseJson5(settings_config, file),
    meta: parseJson5(meta || '{}', file),
    isCurrent: is_current !== 0,
  }));
}

/** Version 2 has `claude` beside other programs; version 1 was for Claude Code alone. */
function readFile(bytes: Uint8Array, file: string): Entry[] {
  const config = parseJson5(Buffer.from(bytes).toString('utf8'), file);
  const manager = config['claude'] === undefined ? config : asObject(config['claude']);
  const current = asText(manager['current']);
  return Object.entries(asObject(manager['providers'])).map(([id, value]) => {
    const provider = asObject(value);
    return {
      name: asText(provider['name']) || id,
      settings: asObject(provider['settingsConfig']),
      meta: asObject(provider['meta']),
      isCurrent: id === current,
    };
  });
}

function readEntry({ name, settings, meta }: Entry, skipped: Skipped[]): FoundModel[] {
  const env = asObject(settings['env']);
  const address = asText(env['ANTHROPIC_BASE_URL']).replace(/\/+$/u, '');
  const skip = (why: string): FoundModel[] => {
    skipped.push({ what: `provider ${name}`, why });
    return [];
  };
  if (address === '') return skip('it is the login of Claude Code itself, which needs no route');
  if (URL.parse(address) === null) return skip('its address is no URL');
  if (asText(meta['providerType']) !== '') {
    return skip('it is used by a login of cc-switch itself, not by a key');
  }
  const wire = wireOf(meta, settings);
  if (wire === null) return skip('it speaks an API that is none of ours');
  const names = modelNames(env);
  if (names.length === 0) {
    return skip(
      `it names no model; for each that you use: cc-route init --base-url ${address} --model …`,
    );
  }
  return names.map((model) => ({
    provider: name,
    baseURL: wire === 'openai-chat' && !/\/v\d+$/u.test(address) ? `${address}/v1` : address,
    wire,
    model: model.replace(MILLION, ''),
    token: asText(env['ANTHROPIC_AUTH_TOKEN']) || asText(env['ANTHROPIC_API_KEY']) || null,
    needsPreset: false,
    contextWindow: MILLION.test(model) ? 1_000_000 : null,
    maxOutputTokens: null,
  }));
}

function wireOf(meta: Json, settings: Json): WireName | null {
  switch (asText(meta['apiFormat']) || asText(settings['api_format']) || 'anthropic') {
    case 'anthropic':
      return 'anthropic-messages';
    case 'openai_chat':
      return 'openai-chat';
    default:
      return null;
  }
}

/** Each model once, whether it is asked for with a large window or not. */
function modelNames(env: Json): string[] {
  const names = new Map<string, string>();
  for (const variable of MODEL_VARIABLES) {
    const name = asText(env[variable]);
    const bare = name.replace(MILLION, '');
    if (bare !== '' && (!names.has(bare) || MILLION.test(name))) names.set(bare, name);
  }
  return [...names.values()];
}

function startOf({ name, settings }: Entry): ModelRef | null {
  const [model] = modelNames(asObject(settings['env']));
  return model === undefined ? null : { provider: name, model: model.replace(MILLION, '') };
}
