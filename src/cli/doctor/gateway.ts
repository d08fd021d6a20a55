import { configPath, stateDir } from '../../config/paths.ts';
import type { ServedRoute } from '../../core/route-summary.ts';
import { addressOf, fetchRoutes, fetchStatus } from '../../launcher/control-client.ts';
import { findGateway } from '../../launcher/gateway-process.ts';
import { isListening, portOwner } from '../../launcher/port-owner.ts';
import { VERSION } from '../../version.ts';
import type { DoctorContext } from './context.ts';
import { Findings, type Finding } from './finding.ts';

/** Long enough for a program on the same machine, in milliseconds. */
const ANSWER_MS = 1_000;

/** The running gateway, or whoever has its port. */
export async function checkGateway(context: DoctorContext): Promise<readonly Finding[]> {
  const findings = new Findings('gateway');
  const { env, platform, show } = context;
  const record = await findGateway(stateDir({ env, platform }));
  if (record === null) {
    await checkPort(context, findings);
    return findings.list;
  }
  const status = await fetchStatus(record).catch(() => null);
  if (status === null) {
    findings.error('gateway.silent', {
      what: `the gateway at ${addressOf(record.host, record.port)} doesn't answer`,
      why: 'sessions wait for it in vain',
      mend: `kill ${record.pid}`,
    });
    return findings.list;
  }
  findings.ok('gateway.running', `runs at ${status.address}, version ${status.version}`);
  if (status.version !== VERSION) {
    findings.warning('gateway.version', {
      what: `the running gateway is version ${status.version}, this program ${VERSION}`,
      why: 'what is new here has no effect until the gateway is replaced',
      mend: 'cc-route stop',
    });
  }
  if (status.configError !== null) {
    findings.error('gateway.configuration', {
      what: `the gateway could not read its configuration again: ${status.configError}`,
      why: 'the last good one is in force; what you changed is not',
      mend: 'cc-route config check',
    });
  }
  const wanted = configPath(undefined, { env, platform }).path;
  if (status.configFile !== null && wanted !== null && status.configFile !== wanted) {
    findings.warning('gateway.other-configuration', {
      what: `the running gateway reads ${show(status.configFile)}, not ${show(wanted)}`,
      why: 'all sessions share one gateway, and its configuration counts',
      mend: 'cc-route stop',
    });
  } else {
    checkServed(context, await fetchRoutes(record).catch(() => []), findings);
  }
  return findings.list;
}

/** Where the running gateway sees its routes otherwise than a new one would, or sees them fail. */
function checkServed(
  { table }: DoctorContext,
  served: readonly ServedRoute[],
  findings: Findings,
): void {
  for (const { name, problem, health } of served) {
    const target = table.find(name)?.target;
    const isReadyHere = target?.problem === undefined && target?.credential.kind !== 'missing';
    if (problem !== null && target !== undefined && isReadyHere) {
      findings.warning('gateway.old-environment', {
        what: `the running gateway has no key for route ${name}, and this terminal has one`,
        why: 'a gateway keeps the environment that it was started with',
        mend: 'cc-route stop',
      });
    }
    if (health.problem === null) continue;
    findings.warning('gateway.failing', {
      what: `route ${name} ${health.state === 'down' ? 'is down' : 'has been failing'}: ${health.problem}`,
      why: 'requests wait for it, or go to its fallback',
      mend: 'cc-route doctor --live',
    });
  }
}

async function checkPort({ config }: DoctorContext, findings: Findings): Promise<void> {
  if (config === null) return;
  const { host, port } = config.server;
  if (port === 0 || !(await isListening(host, port))) {
    findings.ok('gateway.port', `not running; port ${port} is free for it`);
    return;
  }
  const owner = (await nameOf(host, port)) ?? portOwner(port) ?? 'another program';
  const mayMove = config.origins.get('server.port') === 'default';
  findings.add(mayMove ? 'warning' : 'error', 'gateway.port-taken', {
    what: `port ${port} on ${host} belongs to ${owner}`,
    why: mayMove
      ? 'clauder takes another port for its gateway, but cc-route proxy and other clients expect this one'
      : "the gateway can't start: you asked for this very port",
    mend: mayMove ? `CC_ROUTE_PORT=${port + 1} clauder` : `lsof -i :${port}`,
  });
}

/** Who answers on a port, where that is another router that people have. */
async function nameOf(host: string, port: number): Promise<string | null> {
  try {
    const response = await fetch(addressOf(host, port), {
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const text = (await response.text()).slice(0, 1_000);
    // What claude-code-router answers at its root (musistudio/claude-code-router, routes.ts).
    if (/"message"\s*:\s*"LLMs API"/u.test(text)) return 'claude-code-router';
  } catch {
    // No HTTP, or nobody in time: the process's name has to do.
  }
  return null;
}
