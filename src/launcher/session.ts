import type { RouteSummary } from '../core/route-summary.ts';
import { planAgents, type AgentsPlan } from './agents-option.ts';
import { agentNames, agentTypes } from './agents.ts';
import { planConnection, type Variables } from './environment.ts';
import { hasFlag } from './options.ts';
import { mergePicker, pickerRows } from './picker.ts';
import { sessionModel } from './session-model.ts';
import { ownSettings, planSettings, type SettingsPlan } from './settings.ts';
import { standInVariables } from './stand-ins.ts';
import { environmentOf, isObject, type Json, type UserSettings } from './user-settings.ts';
import { limitVariables, windowSettings, windowsOf } from './windows.ts';

/** What a session is made from. */
export interface SessionFacts {
  /** The user's own arguments. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly user: UserSettings;
  /** The gateway's, as `http://127.0.0.1:3456`. */
  readonly address: string;
  /** What the gateway wants to be shown; `null`: nothing. */
  readonly clientToken: string | null;
  readonly routes: readonly RouteSummary[];
  /** Whether the gateway has a route for the small model's requests. */
  readonly hasBackground: boolean;
  /** Whether this Claude Code lists models by its settings; `null`: not known. */
  readonly hasModelPicker: boolean | null;
  /** Gives a file's text, or `null`. */
  readonly readFile: (path: string) => string | null;
}

/** What Claude Code is started with. */
export interface SessionPlan {
  readonly variables: Variables;
  readonly settings: SettingsPlan;
  readonly agents: AgentsPlan;
}

/** What a command line has room for, in bytes; longer texts travel in a file where that is possible. */
export const MAX_ARGUMENT_BYTES = process.platform === 'win32' ? 8_000 : 60_000;

/**
 * Puts a session together: how to reach the gateway, with which credential, which models there are
 * and how large. Everything of the user's own is kept, and where both have a say, theirs wins.
 */
export function planSession(facts: SessionFacts): SessionPlan {
  const { args, user, address, clientToken, routes, hasModelPicker, readFile } = facts;
  const own = ownSettings(args, readFile);
  const sources = [...user.files, own];
  const env = { ...facts.env, ...user.env, ...environmentOf(own) };
  const model = sessionModel(args, env, sources, agentNames(routes));
  const limits = limitVariables(model, routes, env);
  const isPrint = hasFlag(args, '--print', '-p');
  const connection = planConnection({
    address,
    clientToken,
    env,
    isLoggedIn: user.isLoggedIn || user.hasApiKeyHelper,
    keyAnswers: user.keyAnswers,
    isPrint,
    hasModelPicker,
  });
  const standIns = standInVariables({
    sessionModel: model,
    routes,
    hasBackground: facts.hasBackground,
    hasCredential: connection.hasCredential,
    isPrint,
    hasModelPicker,
    env,
  });
  const variables = { ...connection.variables, ...limits, ...standIns };
  const windows = windowsOf(model, { ...env, ...limits });
  const additions =
    routes.length === 0
      ? {}
      : {
          modelPicker: mergePicker(sources, pickerRows(routes, windows)),
          modelSettings: mergeByModel(windowSettings(routes, sources), own['modelSettings']),
        };
  return {
    variables,
    settings: planSettings(args, variables, additions, connection.isSecret, readFile),
    agents: planAgents({
      args,
      types: agentTypes(routes, windows),
      taken: new Set(user.agents),
      maxLength: MAX_ARGUMENT_BYTES,
      readFile,
    }),
  };
}

/** Ours under the user's own, model by model and key by key. */
function mergeByModel(ours: Json, own: unknown): Json {
  if (!isObject(own)) return ours;
  const both = Object.entries(own).map(([model, settings]) => {
    const under = ours[model];
    return [model, isObject(under) && isObject(settings) ? { ...under, ...settings } : settings];
  });
  return { ...ours, ...(Object.fromEntries(both) as Json) };
}
