import { configJsonSchema } from '../../src/config/schema.ts';
import { PROVIDERS } from '../../src/providers/catalog.ts';
import { cell, tableOf } from './markdown.ts';

/** As much of JSON Schema as the configuration's uses. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

/** Every key of the configuration file, a row each; sections of objects follow their parent. */
export function configurationReference(): string {
  const schema = configJsonSchema(PROVIDERS.map((provider) => provider.name)) as Schema;
  return sections('', schema).join('\n\n');
}

function sections(path: string, schema: Schema): string[] {
  const properties = Object.entries(schema.properties ?? {});
  const rows = properties.map(([key, value]) => [
    `\`${key}\``,
    cell(typeOf(value)),
    cell(value.description ?? ''),
    cell(value.examples?.map((example) => `\`${JSON.stringify(example)}\``).join(' or ') ?? ''),
  ]);
  const title = path === '' ? '### Top level' : `### \`${path}\``;
  const own = `${title}\n\n${tableOf(['key', 'value', 'meaning', 'example'], rows)}`;
  const below = properties.flatMap(([key, value]) => {
    const inner = objectOf(value);
    if (inner === null) return [];
    return sections(`${path === '' ? '' : `${path}.`}${key}${inner.suffix}`, inner.schema);
  });
  return [own, ...below];
}

/** The object form of a value that has keys of its own. */
function objectOf(schema: Schema): { readonly schema: Schema; readonly suffix: string } | null {
  const forms = [schema, ...(schema.anyOf ?? [])];
  for (const form of forms) {
    if (form.properties !== undefined) return { schema: form, suffix: '' };
    const values = form.additionalProperties;
    if (typeof values === 'object' && values.properties !== undefined) {
      return { schema: values, suffix: '.<name>' };
    }
  }
  return null;
}

function typeOf(schema: Schema): string {
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join(' or ');
  if (schema.enum !== undefined) {
    if (schema.enum.length > 8) return 'one of a list';
    return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(', ');
  }
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  return [schema.type ?? 'anything'].flat().join(' or ');
}

/** The presets, as the catalog has them. */
export function providersReference(): string {
  const rows = PROVIDERS.flatMap((provider) =>
    Object.entries(provider.endpoints).map(([wire, endpoint]) => [
      `\`${provider.name}\``,
      cell(provider.label),
      wire + (wire === provider.defaultWire ? '' : ' (by `wire`)'),
      cell(endpoint.baseURL ?? (provider.builtIn === true ? 'built in' : '`baseURL` is required')),
      provider.keyVariable === undefined ? 'none' : `\`${provider.keyVariable}\``,
    ]),
  );
  return tableOf(['preset', 'provider', 'wire format', 'address', 'key variable'], rows);
}
