import * as clack from '@clack/prompts';
import { checkBaseURL } from '../../config/addresses.ts';
import type { Environment } from '../../config/paths.ts';
import type { RouteTable } from '../../gateway/resolve.ts';
import { Secret } from '../../lib/secret.ts';
import { PROVIDERS } from '../../providers/catalog.ts';
import type { ProviderSpec } from '../../providers/spec.ts';
import { namesOf, routeName, suggestedAlias, type Draft, type KeyChoice } from './draft.ts';

/** The person pressed ^C or Escape. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/** @throws Cancelled */
async function answer<Value>(question: Promise<Value>): Promise<Exclude<Value, symbol>> {
  const value = await question;
  if (clack.isCancel(value)) throw new Cancelled();
  return value as Exclude<Value, symbol>;
}

/**
 * Asks for one route with arrow keys.
 *
 * @throws Cancelled
 */
export async function askForDraft(table: RouteTable, env: Environment): Promise<Draft> {
  const provider = await askProvider(env);
  const baseURL = await askAddress(provider);
  const key = await askKey(provider, env);
  const model = await askText({
    message: 'Which model? Its id, as the provider writes it',
    suggestion: provider?.exampleModel,
  });
  const draft = { provider, model, key, ...(baseURL === undefined ? {} : { baseURL }) };
  const taken = new Set(namesOf(table).map((name) => name.toLowerCase()));
  const own = routeName({ ...draft, alias: null }, table).toLowerCase();
  const alias = await askText({
    message: 'A short name for it, to type after --model',
    suggestion: suggestedAlias(model, table),
    problem: (name) =>
      taken.has(name.toLowerCase()) && name.toLowerCase() !== own
        ? 'this name is taken'
        : undefined,
  });
  return { ...draft, alias };
}

async function askProvider(env: Environment): Promise<ProviderSpec | null> {
  const hasKey = ({ keyVariable }: ProviderSpec): boolean =>
    keyVariable !== undefined && Boolean(env[keyVariable]);
  const presets = PROVIDERS.filter(({ builtIn, acceptsClientCredential }) => {
    return builtIn !== true && acceptsClientCredential !== true;
  });
  const ordered = [...presets.filter(hasKey), ...presets.filter((one) => !hasKey(one))];
  const name = await answer(
    clack.autocomplete({
      message: 'Which provider? Arrow keys, or type to search',
      maxItems: 10,
      options: [
        ...ordered.map((one) => ({
          value: one.name,
          label: one.label,
          hint: hasKey(one) ? `${one.keyVariable} is set` : '',
        })),
        { value: '', label: 'Another server', hint: 'you have its address' },
      ],
    }),
  );
  return presets.find((one) => one.name === name) ?? null;
}

async function askAddress(provider: ProviderSpec | null): Promise<string | undefined> {
  const endpoint = provider?.endpoints[provider.defaultWire];
  if (endpoint?.baseURL !== undefined) return undefined;
  return askText({
    message: 'Its address, without /v1/messages or /chat/completions',
    placeholder: 'https://api.example.com/v1',
    problem: (text) => {
      const checked = checkBaseURL(text);
      return 'problem' in checked ? checked.problem : undefined;
    },
  });
}

async function askKey(provider: ProviderSpec | null, env: Environment): Promise<KeyChoice> {
  const variable = provider?.keyVariable;
  if (provider !== null && variable === undefined) return { kind: 'none' };
  const isSet = variable !== undefined && Boolean(env[variable]);
  const url = provider?.keyURL;
  const kind = await answer(
    clack.select<KeyChoice['kind']>({
      message: `The key${url === undefined ? '' : ` (you get one at ${url})`}`,
      options: [
        ...(variable === undefined
          ? []
          : [
              {
                value: 'preset' as const,
                label: `From the environment: ${variable}`,
                hint: isSet ? 'it is set' : 'not set yet',
              },
            ]),
        { value: 'literal', label: 'Paste it now', hint: 'kept in the file, mode 0600' },
        { value: 'command', label: 'A command prints it', hint: 'pass show …' },
        { value: 'variable', label: 'Another variable of the environment' },
        ...(provider === null ? [{ value: 'none' as const, label: 'It needs none' }] : []),
      ],
      initialValue: isSet ? 'preset' : 'literal',
    }),
  );
  switch (kind) {
    case 'preset':
    case 'none':
      return { kind };
    case 'literal': {
      const validate = (text: string | undefined) =>
        text?.trim() ? undefined : 'nothing was pasted';
      const key = await answer(clack.password({ message: 'Paste it; it stays hidden', validate }));
      return { kind, secret: new Secret(key.trim()) };
    }
    case 'command': {
      const command = await askText({ message: 'The command', placeholder: 'pass show example' });
      return { kind, command };
    }
    case 'variable': {
      const name = await askText({
        message: "The variable's name",
        problem: (text) =>
          /^[A-Za-z_]\w*$/u.test(text) ? undefined : 'letters, digits and underscores only',
      });
      return { kind, name };
    }
  }
}

interface TextQuestion {
  readonly message: string;
  /** Shown in grey; Enter alone takes it. */
  readonly suggestion?: string | undefined;
  readonly placeholder?: string;
  readonly problem?: (text: string) => string | undefined;
}

async function askText({ suggestion, problem, ...question }: TextQuestion): Promise<string> {
  const text = await answer(
    clack.text({
      ...question,
      ...(suggestion === undefined ? {} : { placeholder: suggestion, defaultValue: suggestion }),
      validate: (given) => {
        const value = given?.trim() || suggestion || '';
        return value === '' ? 'this is needed' : problem?.(value);
      },
    }),
  );
  return text.trim();
}

/** @throws Cancelled */
export const confirm = (message: string, initialValue = true): Promise<boolean> =>
  answer(clack.confirm({ message, initialValue }));

export const { intro, outro, note, cancel, spinner, log } = clack;
