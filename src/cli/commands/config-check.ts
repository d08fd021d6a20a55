import type { Config, RouteConfig } from '../../config/config.ts';
import { ConfigError } from '../../config/config-error.ts';
import { loadConfig, type LoadOptions } from '../../config/load.ts';
import { displayPath } from '../../config/paths.ts';
import { settingsOf, type Setting } from '../../config/settings-list.ts';
import { PROVIDERS, providerForBaseURL } from '../../providers/catalog.ts';
import type { ProviderSpec } from '../../providers/spec.ts';
import { keyOrigins, type CredentialSource } from '../../providers/target.ts';
import { EXIT, paint, table } from '../output.ts';

/** What a command has to say; the caller writes it and ends with the exit code. */
export interface CommandOutput {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface CheckOptions extends LoadOptions {
  /** One JSON object instead of text. */
  readonly json: boolean;
}

/** What a route comes to, without its key. */
interface RouteSummary {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly provider: string;
  /** Whether there is a key, and from where. */
  readonly key: string;
  readonly usable: boolean;
}

/** `cc-route config check`: the values in force and their origins, or every problem. */
export async function checkConfig(options: CheckOptions): Promise<CommandOutput> {
  const { json, env = process.env, providers = PROVIDERS } = options;
  let config: Config;
  try {
    config = await loadConfig(options);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return json ? failureAsJson(error) : failureAsText(error);
  }
  const settings = settingsOf(config);
  const routes = config.routes.map((route) => summarize(route, env, providers));
  if (json) {
    const { file, warnings } = config;
    const report = { ok: true, file, settings, routes, scenarios: config.scenarios, warnings };
    return { stdout: `${JSON.stringify(report, null, 2)}\n`, stderr: '', exitCode: EXIT.ok };
  }
  const shown = config.file === null ? 'no configuration file' : displayPath(config.file, { env });
  const parts = [
    `${paint('green', 'OK')}  ${shown}`,
    table(['setting', 'value', 'from'], settings.map(row)),
  ];
  if (routes.length > 0) {
    const rows = routes.map(({ name, aliases, provider, key }) => [
      name,
      aliases.join(', ') || '-',
      provider,
      key,
    ]);
    parts.push(table(['route', 'alias', 'provider', 'key'], rows));
  }
  const scenarios = scenarioRows(config);
  if (scenarios.length > 0) parts.push(table(['scenario', 'routes', 'from'], scenarios));
  const warnings = config.warnings.map((text) => `warning  ${text}\n`);
  return { stdout: `${parts.join('\n\n')}\n`, stderr: warnings.join(''), exitCode: EXIT.ok };
}

/** The scenarios that have routes; for the long context also from how many tokens on. */
function scenarioRows({ scenarios }: Config): string[][] {
  const { longContext, ...chains } = scenarios;
  const rows = Object.entries({ ...chains, longContext: longContext.routes });
  return rows
    .filter(([, routes]) => routes.length > 0)
    .map(([name, routes]) => [
      name,
      routes.join(', '),
      name === 'longContext' ? `${longContext.threshold.toLocaleString('en')} tokens` : '-',
    ]);
}

function failureAsJson({ file, issues }: ConfigError): CommandOutput {
  const report = { ok: false, file, errors: issues };
  return { stdout: `${JSON.stringify(report, null, 2)}\n`, stderr: '', exitCode: EXIT.failure };
}

function failureAsText(error: ConfigError): CommandOutput {
  const lines = error.message.split('\n').map((line) => `error  ${line}\n`);
  return { stdout: '', stderr: lines.join(''), exitCode: EXIT.failure };
}

function row({ key, value, from }: Setting): string[] {
  if (value === null) return [key, 'none', from];
  const shown = typeof value === 'object' ? value.join(', ') || 'none' : String(value);
  return [key, shown, from];
}

function summarize(
  route: RouteConfig,
  env: NonNullable<LoadOptions['env']>,
  providers: readonly ProviderSpec[],
): RouteSummary {
  const { name, aliases, preset, baseURL, credential } = route;
  const spec =
    preset === undefined
      ? providerForBaseURL(baseURL ?? '')
      : providers.find((provider) => provider.name === preset);
  return {
    name,
    aliases,
    provider: preset ?? baseURL ?? '-',
    key: credential === undefined ? presetKey(spec, env) : ownKey(credential),
    usable: credential === undefined ? hasPresetKey(spec, env) : credential.kind !== 'missing',
  };
}

/** The key that the route itself names. */
function ownKey(credential: CredentialSource): string {
  if (credential.kind === 'secret') return `from ${credential.origin}`;
  if (credential.kind === 'command') return 'from a command';
  if (credential.kind === 'keys') {
    return `${credential.keys.length}, from ${keyOrigins(credential.keys)}`;
  }
  if (credential.kind === 'missing') return `missing: ${credential.problem}`;
  return credential.kind === 'client' ? CLIENT_KEY : 'none';
}

const CLIENT_KEY = "the client's own";

/** The key that the gateway finds by the provider's row. */
function presetKey(spec: ProviderSpec | undefined, env: NonNullable<LoadOptions['env']>): string {
  if (spec?.keyVariable === undefined) return 'none';
  if (env[spec.keyVariable]) return `from ${spec.keyVariable}`;
  if (spec.acceptsClientCredential === true) return CLIENT_KEY;
  return `missing: ${spec.keyVariable} is not set`;
}

const hasPresetKey = (
  spec: ProviderSpec | undefined,
  env: NonNullable<LoadOptions['env']>,
): boolean =>
  spec?.keyVariable === undefined ||
  spec.acceptsClientCredential === true ||
  Boolean(env[spec.keyVariable]);
