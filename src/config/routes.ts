import { Secret } from '../lib/secret.ts';
import { modelFacts } from '../providers/models.ts';
import type { ProviderSpec } from '../providers/spec.ts';
import type { CredentialSource, KeySource, ModelFacts } from '../providers/target.ts';
import { checkBaseURL } from './addresses.ts';
import type { RouteConfig } from './config.ts';
import type { KeyPath } from './config-error.ts';
import { expandVariables, malformedReference, unsetProblem } from './expand.ts';
import { HEADER_VALUE, hiddenHeaders } from './headers.ts';
import type { Environment } from './paths.ts';
import type { Report } from './report.ts';
import { resolveNames } from './route-names.ts';
import type { FileConfig } from './schema.ts';

type FileRoute = NonNullable<FileConfig['modelRoutes']>[string];

/** What routes are checked against. */
export interface RouteContext {
  readonly env: Environment;
  readonly report: Report;
  readonly providers: readonly ProviderSpec[];
}

/**
 * Makes the routes from the file's `modelRoutes`, in its order. What is wrong in itself is an
 * error; what the environment lacks is a warning, and that route alone can't be used.
 */
export function buildRoutes(
  modelRoutes: NonNullable<FileConfig['modelRoutes']>,
  context: RouteContext,
): RouteConfig[] {
  const names = resolveNames(
    modelRoutes,
    context.providers.filter(({ builtIn }) => builtIn).map(({ name }) => name),
    context.report,
  );
  return Object.entries(modelRoutes).map(([name, route]) => {
    const { aliases = [], fallback } = names.get(name) ?? {};
    return buildRoute(name, route, aliases, fallback, context);
  });
}

function buildRoute(
  name: string,
  route: FileRoute,
  aliases: readonly string[],
  fallback: readonly string[] | undefined,
  context: RouteContext,
): RouteConfig {
  const path = ['modelRoutes', name];
  const problems: string[] = [];
  const fill = (text: string, where: KeyPath, check: TextCheck) => {
    const filled = fillIn(text, where, check, context);
    if (filled.problem !== undefined) problems.push(filled.problem);
    return filled.value;
  };

  checkPlace(path, route, context);
  checkPreflight(path, name, route, context);
  const baseURL =
    route.baseURL === undefined
      ? undefined
      : fill(route.baseURL, [...path, 'baseURL'], (text) => {
          const checked = checkBaseURL(text);
          return 'value' in checked ? checked : { problem: checked.problem };
        });
  const headers: Record<string, string> = {};
  const seen = new Map<string, string>();
  for (const [header, text] of Object.entries(route.headers ?? {})) {
    const where = [...path, 'headers', header];
    const twin = seen.get(header.toLowerCase());
    if (twin !== undefined) {
      context.report.error(where, `is the same header as "${twin}"`, 'key');
    }
    seen.set(header.toLowerCase(), header);
    const value = fill(text, where, headerCheck);
    if (value !== undefined) headers[header] = value;
  }
  const [problem] = problems;
  const credential =
    problem === undefined
      ? credentialOf(route.authToken, [...path, 'authToken'], context)
      : ({ kind: 'missing', problem } as const);

  return {
    name,
    aliases,
    headers: hiddenHeaders(headers),
    facts: factsOf(route),
    ...(route.preset === undefined ? {} : { preset: route.preset }),
    ...(baseURL === undefined ? {} : { baseURL }),
    ...(route.wire === undefined ? {} : { wire: route.wire }),
    ...(route.model === undefined ? {} : { model: route.model }),
    ...(credential === undefined ? {} : { credential }),
    ...(route.apiVersion === undefined ? {} : { apiVersion: route.apiVersion }),
    ...(route.preflight === undefined ? {} : { preflight: route.preflight }),
    ...(route.description === undefined ? {} : { description: route.description }),
    ...(route.agent === undefined ? {} : { agent: route.agent }),
    ...(fallback === undefined ? {} : { fallback }),
    ...(route.compat === undefined ? {} : { compat: route.compat }),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** Nothing can be held against a window that nobody knows. */
function checkPreflight(
  path: KeyPath,
  name: string,
  { preflight, contextWindow, model = name }: FileRoute,
  { report }: RouteContext,
): void {
  if (preflight !== true || (contextWindow ?? modelFacts(model).contextWindow) !== undefined)
    return;
  report.warn(
    [...path, 'preflight'],
    `has no effect until contextWindow says how much "${model}" takes`,
  );
}

/** Whether the route says where its model is. */
function checkPlace(path: KeyPath, route: FileRoute, { providers, report }: RouteContext): void {
  if (route.preset === undefined) {
    if (route.baseURL === undefined) {
      report.error(path, 'needs a "preset" or a "baseURL"', 'key');
    }
    return;
  }
  const provider = providers.find(({ name }) => name === route.preset);
  if (provider === undefined || provider.builtIn || route.baseURL !== undefined) return;
  const wire = route.wire ?? provider.defaultWire;
  const endpoint = provider.endpoints[wire];
  if (endpoint === undefined) {
    const spoken = Object.keys(provider.endpoints).join(' and ');
    report.error(
      [...path, 'wire'],
      `the preset "${provider.name}" speaks ${spoken}; another format needs a baseURL`,
    );
  } else if (endpoint.baseURL === undefined) {
    report.error(
      path,
      `the preset "${provider.name}" needs a baseURL, as each account has its own`,
      'key',
    );
  }
}

type TextCheck = (text: string) => { readonly value: string } | { readonly problem: string };

const headerCheck: TextCheck = (text) =>
  HEADER_VALUE.test(text)
    ? { value: text }
    : { problem: 'holds a character that no header can carry' };

interface Filled {
  readonly value?: string;
  /** Set where the environment is at fault. */
  readonly problem?: string;
}

/** Fills in variables and checks the result: an error if the file is at fault, else a warning. */
function fillIn(
  text: string,
  where: KeyPath,
  check: TextCheck,
  { env, report }: RouteContext,
): Filled {
  const malformed = malformedReference(text);
  if (malformed !== undefined) {
    report.error(where, malformed);
    return {};
  }
  const { text: filled, used, unset } = expandVariables(text, env);
  const warn = (problem: string): Filled => {
    report.warn(where, `${problem}; this route can't be used`);
    return { problem };
  };
  if (unset.length > 0) return warn(unsetProblem(unset));
  const checked = check(filled);
  if ('value' in checked) return checked;
  if (used.length > 0)
    return warn(`with the value of ${used.join(' and ')}, it ${checked.problem}`);
  report.error(where, checked.problem);
  return {};
}

/** A key that is missing or can't be sent disables its own route and no other. */
function credentialOf(
  authToken: FileRoute['authToken'],
  where: KeyPath,
  context: RouteContext,
): CredentialSource | undefined {
  if (authToken === undefined) return undefined;
  const isList = Array.isArray(authToken);
  const found = isList
    ? authToken.map((one, index) => keyOf(one, [...where, index], context))
    : [keyOf(authToken, where, context)];
  const usable = found.filter((one): one is KeySource => one !== null && !('problem' in one));
  for (const [index, one] of found.entries()) {
    if (one === null || !('problem' in one)) continue;
    const rest = usable.length === 0 ? "this route can't be used" : 'the others are used';
    context.report.warn(isList ? [...where, index] : where, `${one.problem}; ${rest}`);
  }
  const [first, second, ...others] = usable;
  if (first !== undefined && second !== undefined) {
    return { kind: 'keys', keys: [first, second, ...others] };
  }
  if (first !== undefined) return first;
  const problem = found.find((one) => one !== null && 'problem' in one);
  return problem === undefined ? undefined : { kind: 'missing', problem: problem.problem };
}

/** One key, or why there is none; `null`: the file is at fault, and the report says so. */
function keyOf(
  text: string | { readonly command: string },
  where: KeyPath,
  { env, report }: RouteContext,
): KeySource | { readonly problem: string } | null {
  if (typeof text !== 'string') return { kind: 'command', command: text.command };
  const malformed = malformedReference(text);
  if (malformed !== undefined) {
    report.error(where, malformed);
    return null;
  }
  const { text: filled, used, unset } = expandVariables(text, env);
  const origin = used.length === 0 ? 'the configuration file' : used.join(' and ');
  const key = filled.trim();
  if (unset.length > 0) return { problem: unsetProblem(unset) };
  if (key === '') return { problem: 'the key is empty' };
  if (!HEADER_VALUE.test(key)) {
    return { problem: `the key from ${origin} holds a character that no header can carry` };
  }
  return { kind: 'secret', secret: new Secret(key), origin };
}

function factsOf(route: FileRoute): ModelFacts {
  const { contextWindow, maxOutputTokens, vision, pricing } = route;
  return {
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(vision === undefined ? {} : { vision }),
    ...(pricing === undefined
      ? {}
      : {
          pricing: {
            input: pricing.input,
            output: pricing.output,
            ...(pricing.cacheRead === undefined ? {} : { cacheRead: pricing.cacheRead }),
            ...(pricing.cacheWrite === undefined ? {} : { cacheWrite: pricing.cacheWrite }),
            ...(pricing.cacheWriteHour === undefined
              ? {}
              : { cacheWriteHour: pricing.cacheWriteHour }),
          },
        }),
  };
}
