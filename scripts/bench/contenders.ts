import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadTarget } from './load-commands.ts';
import { findReferenceProxies } from './reference-proxies.ts';
import type { BodyName } from './requests.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import type { Started, Workplace } from './workplace.ts';
import { freePort } from './workplace.ts';

const PROJECT = join(import.meta.dir, '../..');
const BINARY = join(PROJECT, 'release/bin/clauder');
const SOURCE = join(PROJECT, 'src/main.ts');

/** The gateway's wire formats, each one a contender. */
export const WIRES = ['anthropic-messages', 'openai-chat'] as const;
export type Wire = (typeof WIRES)[number];

/** One way from the load generator to the mock upstream. */
export interface Contender {
  readonly name: string;
  readonly kind: 'direct' | 'proxy' | 'gateway';
  readonly version: string;
  /** The process to be measured; `null`: there is none between. */
  readonly pid: number | null;
  stop(): Promise<void>;
  /** Address and model's name by which a request reaches a scenario of the upstream. */
  target(scenario: Scenario, body: BodyName): LoadTarget;
}

/** Starts everything between load generator and upstream that is there on this machine. */
export async function startContenders(
  place: Workplace,
  upstreamPort: number,
  gateway: GatewayProgram,
): Promise<Contender[]> {
  const contenders: Contender[] = [
    plain('direct', 'direct', 'no process between', null, upstreamPort),
  ];
  for (const proxy of findReferenceProxies()) {
    const port = freePort();
    const started = await place.serve(proxy.command(place, port, upstreamPort), port, {});
    contenders.push(plain(proxy.name, 'proxy', proxy.version, started, port));
  }
  for (const wire of WIRES) {
    const started = await startGateway(place, upstreamPort, gateway, wire);
    const { pid, port } = started;
    contenders.push({
      name: wire,
      kind: 'gateway',
      version: gateway.label,
      pid,
      stop: () => started.stop(),
      target: (scenario, body) => gatewayTarget(port, wire, scenario, body),
    });
  }
  return contenders;
}

/** How the gateway is started. */
export interface GatewayProgram {
  readonly kind: 'binary' | 'source';
  readonly command: readonly string[];
  readonly label: string;
}

const sourceProgram: GatewayProgram = {
  kind: 'source',
  command: [process.execPath, SOURCE],
  label: 'from source',
};

/** What there is to be started; the compiled executable first. */
export function gatewayPrograms(): GatewayProgram[] {
  if (!existsSync(BINARY)) return [sourceProgram];
  const age = statSync(BINARY).mtimeMs;
  const stale = readdirSync(join(PROJECT, 'src'), { recursive: true, encoding: 'utf8' }).some(
    (file) => statSync(join(PROJECT, 'src', file)).mtimeMs > age,
  );
  const label = `compiled executable${stale ? ', OLDER THAN ITS SOURCES' : ''}`;
  return [{ kind: 'binary', command: [BINARY], label }, sourceProgram];
}

/** A gateway in a home of its own, with a route for each scenario and wire format. */
export async function startGateway(
  place: Workplace,
  upstreamPort: number,
  program: GatewayProgram,
  name: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Started & GatewayHome & { readonly port: number; readonly readyMs: number }> {
  const port = freePort();
  const home = gatewayHome(place, upstreamPort, name);
  const started = await place.serve(
    [...program.command, '--proxy-only', '--port', String(port)],
    port,
    { ...home.env, ...env },
  );
  return { ...started, ...home, port };
}

export interface GatewayHome {
  readonly env: Readonly<Record<string, string>>;
}

/** An environment with an empty home, its own state folder, and the routes as the configuration. */
function gatewayHome(place: Workplace, upstreamPort: number, name: string): GatewayHome {
  const home = join(place.folder, `home-${name}`);
  const state = join(place.folder, `state-${name}`);
  mkdirSync(home, { recursive: true });
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const modelRoutes = Object.fromEntries(
    WIRES.flatMap((wire) =>
      Object.keys(SCENARIOS).map((scenario) => [
        routeName(scenario, wire),
        {
          baseURL: `http://127.0.0.1:${upstreamPort}/${scenario}`,
          wire,
          authToken: 'bench-upstream',
          model: 'bench-model',
          fallback: [],
        },
      ]),
    ),
  );
  // In force, but never reached.
  const rateLimit = { rps: 1_000_000, burst: 1_000_000 };
  const config = place.write(`config-${name}.json`, JSON.stringify({ modelRoutes, rateLimit }));
  return {
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      CC_ROUTE_STATE_DIR: state,
      CC_ROUTE_CONFIG: config,
    },
  };
}

/** A request through a gateway, which the model's name directs. */
export function gatewayTarget(
  port: number,
  wire: Wire,
  scenario: Scenario,
  body: BodyName,
): LoadTarget {
  const path = `/v1/messages${queryOf(body)}`;
  return { port, path, model: routeName(scenario, wire), body, ...SCENARIOS[scenario] };
}

function plain(
  name: string,
  kind: Contender['kind'],
  version: string,
  started: Started | null,
  port: number,
): Contender {
  return {
    name,
    kind,
    version,
    pid: started?.pid ?? null,
    stop: async () => started?.stop(),
    target: (scenario, body) => {
      const path = `/${scenario}/v1/messages${queryOf(body)}`;
      return { port, path, model: 'bench-model', body, ...SCENARIOS[scenario] };
    },
  };
}

/** Claude Code's own requests carry it. */
function queryOf(body: BodyName): string {
  return body === 'turn' ? '?beta=true' : '';
}

function routeName(scenario: string, wire: Wire): string {
  return `bench-${scenario}-${wire}`;
}
