import { findProvider } from '../../providers/catalog.ts';
import type { Found, FoundModel, ModelRef, Skipped } from './found.ts';
import { asCount, asList, asObject, asText, parseJson5, type Json } from './json.ts';

/**
 * Transformers that say which API a provider speaks, where that is none of ours
 * (musistudio/claude-code-router v2.0.0, `packages/core/src/transformer/`).
 */
const FOREIGN = /(?:-responses?|-cli)$|^vertex-/iu;

/** What the gateway does by itself, wherever it is needed. */
const SUPERFLUOUS = new Set(
  'reasoning enhancetool tooluse sampling cleancache streamoptions extrathinktag forcereasoning maxcompletiontokens'.split(
    ' ',
  ),
);

/** Named here because they are read: the first for the format, the other for what it sets. */
const READ = new Set(['anthropic', 'maxtoken']);

/** What the end of an `api_base_url` says about the format. */
const CHAT_ENDPOINT = /\/chat\/completions$/u;
const MESSAGES_ENDPOINT = /\/v1\/messages$/u;

/** Its names of scenarios, which are ours as well. */
const SCENARIOS = ['background', 'think', 'longContext', 'webSearch', 'image'] as const;

/**
 * Reads `~/.claude-code-router/config.json` of versions 1 and 2: `Providers` with their `models`,
 * and `Router`.
 */
export function readClaudeCodeRouter(text: string, file: string): Found {
  const config = parseJson5(text, file);
  const skipped: Skipped[] = [];
  const models: FoundModel[] = [];
  for (const entry of asList(config['Providers'] ?? config['providers'])) {
    models.push(...readProvider(asObject(entry), skipped));
  }
  const router = asObject(config['Router'] ?? config['router']);
  skipped.push(...otherSettings(config));
  return {
    program: 'claude-code-router',
    file,
    models,
    skipped,
    start: readRef(router['default']),
    fallback: asList(asObject(config['fallback'])['default'])
      .map(readRef)
      .filter((ref) => ref !== null),
    scenarios: Object.fromEntries(
      SCENARIOS.map((name) => [name, readRef(router[name])] as const).filter(
        (entry): entry is [(typeof SCENARIOS)[number], ModelRef] => entry[1] !== null,
      ),
    ),
    longContextTokens: asCount(router['longContextThreshold']),
  };
}

function readProvider(provider: Json, skipped: Skipped[]): FoundModel[] {
  const name = asText(provider['name']);
  const address = asText(provider['api_base_url'] ?? provider['baseUrl']);
  const transformer = asObject(provider['transformer']);
  const uses = readUses(transformer['use']);
  const foreign = uses.find(({ name: one }) => FOREIGN.test(one));
  const what = `provider ${name || address || 'without a name'}`;
  if (foreign !== undefined || address.endsWith('/responses')) {
    skipped.push({ what, why: `it speaks ${foreign?.name ?? 'another API'}, which is not ours` });
    return [];
  }
  if (URL.parse(address) === null) {
    skipped.push({ what, why: 'its address is no URL' });
    return [];
  }
  const speaksMessages =
    MESSAGES_ENDPOINT.test(address) || uses.some(({ name: one }) => one === 'anthropic');
  const custom = uses.find(
    ({ name: one }) => !SUPERFLUOUS.has(one) && !READ.has(one) && findProvider(one) === undefined,
  );
  if (custom !== undefined) {
    skipped.push({
      what: `transformer ${custom.name} of ${what}`,
      why: 'the gateway translates by itself; see compat in cc-route config schema',
    });
  }
  return asList(provider['models']).flatMap((entry) => {
    const model = asText(entry);
    if (model === '') return [];
    const limit = outputLimit([...readUses(asObject(transformer[model])['use']), ...uses]);
    return [
      {
        provider: name,
        baseURL: address
          .replace(CHAT_ENDPOINT, '')
          .replace(MESSAGES_ENDPOINT, '')
          .replace(/\/+$/u, ''),
        wire: speaksMessages ? ('anthropic-messages' as const) : ('openai-chat' as const),
        model,
        token: readToken(provider['api_key'] ?? provider['apiKey']),
        needsPreset: !speaksMessages && !CHAT_ENDPOINT.test(address),
        contextWindow: null,
        maxOutputTokens: limit,
      },
    ];
  });
}

interface Use {
  readonly name: string;
  readonly options: Json;
}

/** `"name"` or `["name", { …options }]`. */
function readUses(value: unknown): Use[] {
  return asList(value).map((entry) => {
    const [name, options] = Array.isArray(entry) ? (entry as unknown[]) : [entry];
    return { name: asText(name).toLowerCase(), options: asObject(options) };
  });
}

function outputLimit(uses: readonly Use[]): number | null {
  const maxToken = uses.find(({ name }) => name === 'maxtoken');
  return asCount(maxToken?.options['max_tokens']);
}

/** `$NAME` and `${NAME}` are both variables there; here only the latter is. */
function readToken(value: unknown): string | null {
  const text = asText(value);
  return text === '' ? null : text.replace(/^\$([A-Za-z_]\w*)$/u, '${$1}');
}

/** `provider,model`, where the model may hold commas. */
function readRef(value: unknown): ModelRef | null {
  const [, provider, model] = /^([^,]+),(.+)$/u.exec(asText(value)) ?? [];
  if (provider === undefined || model === undefined) return null;
  return { provider: provider.trim(), model: model.trim() };
}

function otherSettings(config: Json): Skipped[] {
  const skipped: Skipped[] = [];
  if (asText(config['PROXY_URL']) !== '') {
    skipped.push({ what: 'PROXY_URL', why: 'the gateway takes HTTPS_PROXY from the environment' });
  }
  if (asText(config['APIKEY']) !== '') {
    skipped.push({ what: 'APIKEY', why: 'server.authToken is its like; "auto" needs no upkeep' });
  }
  if (asText(config['CUSTOM_ROUTER_PATH']) !== '') {
    skipped.push({ what: 'CUSTOM_ROUTER_PATH', why: 'no code of others runs in the gateway' });
  }
  return skipped;
}
