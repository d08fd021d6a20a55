import type { Config, RouteConfig } from '../../config/config.ts';
import type { ErrorKind } from '../../core/errors.ts';
import type { Route } from '../../gateway/routes.ts';
import type { WireName } from '../../providers/spec.ts';
import { keyText } from '../describe.ts';
import { summarizeTarget } from '../../gateway/explain.ts';
import type { DoctorContext } from './context.ts';
import { Findings, type Finding, type Level } from './finding.ts';
import { probe, type ProbeResult } from './probe.ts';

/** Nobody could be reached at all. */
const NO_NETWORK: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'unreachable',
  'connect_timeout',
  'connection_lost',
]);

/** The address may be right and the wire format wrong, or the other way round. */
const WRONG_PLACE: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'upstream_not_found',
  'upstream_bad_request',
  'upstream_failed',
  'upstream_redirect',
  'malformed_reply',
]);

/** Not an answer, but proof that the wire format is the right one. */
const SPOKEN: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'upstream_billing',
  'upstream_unknown_model',
  'rate_limited',
]);

/**
 * Sends one tiny request over each route, all at once.
 *
 * @param onProgress told how many of how many are done
 */
export async function checkRoutes(
  { table, config, env }: DoctorContext,
  onProgress: (done: number, all: number) => void,
): Promise<readonly Finding[]> {
  if (config === null) return [];
  const findings = new Findings('routes');
  const routes = table.routes.filter(isUsable);
  let done = 0;
  onProgress(done, routes.length);
  const failures = await Promise.all(
    routes.map(async (route) => {
      const own = config.routes.find(({ name }) => name === route.name);
      if (own === undefined) return null;
      if (route.target.credential.kind === 'client') {
        findings.note('routes.client-login', {
          what: `route ${route.name} was not tried`,
          why: 'it uses the login of each Claude Code session, which is not ours to use',
        });
        return null;
      }
      const result = await probe(own, config, env);
      if (result.failure === null) {
        findings.ok('routes.answered', `${place(route)} answered in ${result.ms} ms`);
      } else {
        const mend = await otherWay(own, route, result, config, env);
        judge(route, result.failure, mend, findings);
      }
      onProgress((done += 1), routes.length);
      return result.failure?.kind ?? null;
    }),
  );
  const hosts = new Set(routes.map(({ target }) => new URL(target.baseURL).host));
  if (hosts.size > 1 && failures.every((kind) => kind !== null && NO_NETWORK.has(kind))) {
    findings.error('routes.no-network', {
      what: 'no provider could be reached',
      why: "with different addresses, the fault is most likely this machine's network, proxy or firewall",
      mend: `curl -sS -o /dev/null https://${[...hosts][0]}`,
    });
  }
  return findings.list;
}

const isUsable = ({ builtIn, target }: Route): boolean =>
  !builtIn && target.problem === undefined && target.credential.kind !== 'missing';

const place = ({ name, target }: Route): string => `${name} at ${target.provider.label}`;

interface Verdict {
  readonly level: Level;
  readonly id: string;
  readonly what: string;
  readonly mend: string;
}

/** @param mend what was found to work instead; `null`: nothing */
function judge(
  route: Route,
  { kind, message }: NonNullable<ProbeResult['failure']>,
  mend: string | null,
  findings: Findings,
): void {
  const verdict = verdictOn(kind, route, mend);
  findings.add(verdict.level, verdict.id, {
    what: `${place(route)}: ${verdict.what}`,
    why: message,
    mend: verdict.mend,
  });
}

function verdictOn(kind: ErrorKind, route: Route, mend: string | null): Verdict {
  const setting = `modelRoutes["${route.name}"]`;
  const { target } = route;
  const error = (id: string, what: string, how: string): Verdict => ({
    level: 'error',
    id: `routes.${id}`,
    what,
    mend: how,
  });
  if (mend !== null) {
    return error('wrong-wire', `nobody speaks ${target.wire} at this address`, mend);
  }
  if (NO_NETWORK.has(kind)) {
    return error('unreachable', 'no connection', `curl -sS -o /dev/null ${target.baseURL}`);
  }
  switch (kind) {
    case 'upstream_unauthorized':
    case 'upstream_forbidden':
      return error('wrong-key', 'the key is wrong', mendKey(route));
    case 'missing_credential':
      return error('no-key', 'the command gives no key', `correct authToken of ${setting}`);
    case 'upstream_unknown_model':
      return error(
        'wrong-model',
        `there is no model ${summarizeTarget(target, route.name).model}`,
        `set ${setting}.model to one that the provider has`,
      );
    case 'upstream_billing':
      return error('no-credit', 'the account has no credit', 'top up the account');
    case 'rate_limited':
    case 'overloaded':
    case 'upstream_timeout':
      return {
        level: 'warning',
        id: 'routes.busy',
        what: 'it is there, but too busy to answer',
        mend: 'cc-route doctor --live   (again, later)',
      };
    default:
      return error(
        WRONG_PLACE.has(kind) ? 'wrong-address' : 'failed',
        WRONG_PLACE.has(kind) ? 'nothing of the kind at this address' : 'no answer',
        `correct ${setting}, then: cc-route explain ${route.name}`,
      );
  }
}

function mendKey({ name, target }: Route): string {
  const { provider, wire } = target;
  const from = keyText(summarizeTarget(target, name).key);
  const url = provider.keyURL === undefined ? '' : `; keys: ${provider.keyURL}`;
  const others = provider.endpoints[wire]?.alternateBaseURLs ?? [];
  const region = others.length === 0 ? '' : `; or it is for another region: ${others.join(', ')}`;
  return `put a valid key in place of the one ${from}${url}${region}`;
}

/** Tries the other wire format and the usual forms of the address; the change to the route that answered. */
async function otherWay(
  own: RouteConfig,
  { target }: Route,
  { failure }: ProbeResult,
  config: Config,
  env: DoctorContext['env'],
): Promise<string | null> {
  const isChosen = own.baseURL !== undefined || own.wire !== undefined;
  if (failure === null || !isChosen || !WRONG_PLACE.has(failure.kind)) return null;
  const candidates = candidatesFor(target.wire, target.baseURL);
  const results = await Promise.all(
    candidates.map((changes) => probe({ ...own, ...changes }, config, env)),
  );
  const at = results.findIndex(({ failure: other }) => other === null || SPOKEN.has(other.kind));
  const found = candidates[at];
  if (found === undefined) return null;
  const keys = Object.entries(found).map(([key, value]) => `"${key}": "${value}"`);
  return `write ${keys.join(', ')} into modelRoutes["${own.name}"]; that works`;
}

/** All at the same host: the key goes nowhere that it wasn't meant for. */
function candidatesFor(wire: WireName, baseURL: string): Pick<RouteConfig, 'wire' | 'baseURL'>[] {
  const bare = baseURL.replace(/\/(?:v1|anthropic)$/u, '');
  const forms: readonly (readonly [WireName, string])[] = [
    ['openai-chat', baseURL],
    ['anthropic-messages', baseURL],
    ['openai-chat', `${bare}/v1`],
    ['anthropic-messages', `${bare}/anthropic`],
    ['anthropic-messages', bare],
  ];
  const seen = new Set([`${wire} ${baseURL}`]);
  return forms.flatMap(([otherWire, address]) => {
    const key = `${otherWire} ${address}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [
      {
        ...(otherWire === wire ? {} : { wire: otherWire }),
        ...(address === baseURL ? {} : { baseURL: address }),
      },
    ];
  });
}
