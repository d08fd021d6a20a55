import { checkBaseURL } from '../../config/addresses.ts';
import type { Environment } from '../../config/paths.ts';
import type { RouteTable } from '../../gateway/resolve.ts';
import { nearestNames } from '../../lib/nearest.ts';
import { Secret } from '../../lib/secret.ts';
import { PROVIDERS } from '../../providers/catalog.ts';
import { WIRE_NAMES, type ProviderSpec, type WireName } from '../../providers/spec.ts';
import { UsageError } from '../command.ts';
import { suggestedAlias, type Draft, type KeyChoice } from './draft.ts';

/** What `cc-route init` was told on the command line. */
export interface InitFlags {
  readonly provider?: string | undefined;
  readonly baseURL?: string | undefined;
  readonly wire?: string | undefined;
  readonly model?: string | undefined;
  readonly alias?: string | undefined;
  readonly keyEnv?: string | undefined;
  readonly keyCommand?: string | undefined;
  readonly keyStdin?: boolean | undefined;
}

/**
 * A draft from flags alone; nobody is asked.
 *
 * @param readKey gives standard input's text
 * @throws UsageError that names the flag
 */
export async function draftFromFlags(
  flags: InitFlags,
  table: RouteTable,
  env: Environment,
  readKey: () => Promise<string>,
): Promise<Draft> {
  const provider = findPreset(flags.provider);
  const baseURL = addressOf(flags, provider);
  const model = flags.model ?? provider?.exampleModel;
  if (model === undefined)
    throw new UsageError('--model is needed: the id the provider has for it');
  return {
    provider,
    ...(baseURL === undefined ? {} : { baseURL }),
    ...(flags.wire === undefined ? {} : { wire: wireOf(flags.wire) }),
    model,
    alias: flags.alias ?? suggestedAlias(model, table),
    key: await keyOf(flags, provider, env, readKey),
  };
}

function findPreset(name: string | undefined): ProviderSpec | null {
  if (name === undefined) return null;
  const names = PROVIDERS.map((provider) => provider.name);
  const found = PROVIDERS.find((provider) => provider.name === name.toLowerCase());
  if (found !== undefined) return found;
  const [nearest] = nearestNames(name, names, 1);
  const hint = nearest === undefined ? `known: ${names.join(', ')}` : `did you mean ${nearest}?`;
  throw new UsageError(`--provider ${name}: unknown; ${hint}`);
}

function addressOf(flags: InitFlags, provider: ProviderSpec | null): string | undefined {
  if (flags.baseURL !== undefined) {
    const checked = checkBaseURL(flags.baseURL);
    if ('problem' in checked) throw new UsageError(`--base-url ${checked.problem}`);
    return checked.value;
  }
  if (provider === null) throw new UsageError('--provider or --base-url is needed');
  if (provider.endpoints[provider.defaultWire]?.baseURL === undefined) {
    throw new UsageError(`--base-url is needed: each account of ${provider.label} has its own`);
  }
  return undefined;
}

function wireOf(text: string): WireName {
  const found = WIRE_NAMES.find((name) => name === text);
  if (found === undefined) throw new UsageError(`--wire ${text}: one of ${WIRE_NAMES.join(', ')}`);
  return found;
}

async function keyOf(
  flags: InitFlags,
  provider: ProviderSpec | null,
  env: Environment,
  readKey: () => Promise<string>,
): Promise<KeyChoice> {
  const { keyEnv, keyCommand, keyStdin } = flags;
  if (
    [keyEnv !== undefined, keyCommand !== undefined, keyStdin === true].filter(Boolean).length > 1
  )
    throw new UsageError('only one of --key-env, --key-command and --key-stdin can be given');
  if (keyEnv !== undefined) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/u.test(keyEnv)) {
      // A key in its place would stand in the shell's history already; it needn't be shown again.
      throw new UsageError('--key-env takes the name of a variable, not a key');
    }
    return keyEnv === provider?.keyVariable
      ? { kind: 'preset' }
      : { kind: 'variable', name: keyEnv };
  }
  if (keyCommand !== undefined) return { kind: 'command', command: keyCommand };
  if (keyStdin === true) {
    const key = (await readKey()).trim();
    if (key === '') throw new UsageError('--key-stdin: standard input is empty');
    return { kind: 'literal', secret: new Secret(key) };
  }
  const variable = provider?.keyVariable;
  return variable === undefined || !env[variable] ? defaultKey(provider) : { kind: 'preset' };
}

const defaultKey = (provider: ProviderSpec | null): KeyChoice =>
  provider?.keyVariable === undefined ? { kind: 'none' } : { kind: 'preset' };
