import { randomBytes } from 'node:crypto';
import {
  CLIENT_TOKEN_HEADER,
  CONTROL_HEADER,
  proveIdentity,
  sameSecret,
  type GatewayRecord,
} from '../core/control.ts';
import type { ServedRoute } from '../core/route-summary.ts';

/** How long a gateway on the same machine may take to answer, in milliseconds. */
const ANSWER_MS = 3_000;

/** What `GET /v1/admin/status` answers. */
export interface GatewayStatus {
  readonly version: string;
  readonly pid: number;
  readonly address: string;
  readonly uptimeMs: number;
  readonly leases: number;
  readonly activeRequests: number;
  readonly configFile: string | null;
  /** ISO 8601: when the configuration in force was read. */
  readonly configLoadedAt: string;
  readonly configError: string | null;
  /** Keys whose change waits for the next start. */
  readonly restartNeeded: readonly string[];
  /** Absent: the gateway is an older one. */
  readonly usage?: {
    /** Calls that the usage database doesn't have yet. */
    readonly waiting: number;
    /** Why it can't be written; `null`: it can. */
    readonly problem: string | null;
  };
}

/** What `POST /v1/admin/reload` answers. */
export interface ReloadAnswer {
  readonly result: 'applied' | 'unchanged';
  readonly restartNeeded: readonly string[];
  readonly configFile: string | null;
}

/** An open lease. */
export interface Lease {
  /** Resolves when the gateway closed it, or died. */
  readonly ended: Promise<void>;
  release(): void;
}

/** Where clients of this machine reach a gateway that listens on `host`. */
export function addressOf(host: string, port: number): string {
  const everywhere: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const reachable = everywhere[host] ?? host;
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
}

/**
 * Keeps requests to the gateway on this machine: Bun sends even those for 127.0.0.1 through
 * `HTTP_PROXY`. To be called before the first request, by processes that talk to nobody else.
 */
export function bypassProxies(): void {
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY']) {
    delete process.env[name];
    delete process.env[name.toLowerCase()];
  }
}

/**
 * Whether the gateway of the record is the one that answers on its port. Nothing secret is sent: a
 * stranger sees a random challenge.
 */
export async function provesIdentity(record: GatewayRecord): Promise<boolean> {
  const challenge = randomBytes(16).toString('hex');
  try {
    const response = await request(record, `/health?challenge=${challenge}`);
    const { proof } = (await response.json()) as { proof?: unknown };
    const expected = proveIdentity(record.controlToken, challenge, record.port);
    return typeof proof === 'string' && sameSecret(proof, expected);
  } catch {
    return false;
  }
}

/** Opens a lease; `null`: the gateway is ending, or gone. */
export async function openLease(record: GatewayRecord): Promise<Lease | null> {
  const abort = new AbortController();
  const late = setTimeout(() => abort.abort(), ANSWER_MS);
  try {
    const response = await fetch(`${addressOf(record.host, record.port)}/v1/admin/leases`, {
      method: 'POST',
      headers: { ...credentials(record), 'content-type': 'application/json' },
      body: JSON.stringify({ pid: process.pid }),
      redirect: 'manual',
      signal: abort.signal,
      // Without it Bun ends the request after five minutes.
      timeout: false,
    } as RequestInit);
    if (response.status !== 200 || response.body === null) {
      abort.abort();
      return null;
    }
    return { ended: drain(response.body), release: () => abort.abort() };
  } catch {
    return null;
  } finally {
    clearTimeout(late);
  }
}

async function drain(body: ReadableStream<Uint8Array>): Promise<void> {
  const reader = body.getReader();
  try {
    while (!(await reader.read()).done);
  } catch {
    // A reset connection ends the lease as well as a closed one.
  }
}

/** @throws Error where the gateway doesn't answer or refuses. */
export async function fetchStatus(record: GatewayRecord): Promise<GatewayStatus> {
  const response = await request(record, '/v1/admin/status', { headers: credentials(record) });
  if (!response.ok) throw new Error(`the gateway answered its status with ${response.status}`);
  return (await response.json()) as GatewayStatus;
}

/**
 * Every route of the gateway's configuration.
 *
 * @throws Error where the gateway doesn't answer or, being older, doesn't tell.
 */
export async function fetchRoutes(record: GatewayRecord): Promise<readonly ServedRoute[]> {
  const response = await request(record, '/v1/admin/routes', { headers: credentials(record) });
  if (!response.ok) throw new Error(`the gateway answered its routes with ${response.status}`);
  return ((await response.json()) as { routes: ServedRoute[] }).routes;
}

/**
 * Asks the gateway to drain and end.
 *
 * @returns how many sessions were attached
 * @throws Error where the gateway doesn't answer or refuses.
 */
export async function requestShutdown(record: GatewayRecord): Promise<number> {
  const headers = credentials(record);
  const response = await request(record, '/v1/admin/shutdown', { method: 'POST', headers });
  if (!response.ok)
    throw new Error(`the gateway answered the request to stop with ${response.status}`);
  return ((await response.json()) as { leases: number }).leases;
}

/**
 * Asks the gateway not to end with its last session.
 *
 * @throws Error where the gateway doesn't answer or refuses.
 */
export async function requestStay(record: GatewayRecord): Promise<void> {
  const headers = credentials(record);
  const response = await request(record, '/v1/admin/stay', { method: 'POST', headers });
  if (!response.ok)
    throw new Error(`the gateway answered the request to stay with ${response.status}`);
}

/**
 * Asks the gateway to read its configuration now.
 *
 * @returns what came of it, or the text of the gateway's refusal
 * @throws Error where the gateway doesn't answer.
 */
export async function requestReload(record: GatewayRecord): Promise<ReloadAnswer | string> {
  const headers = credentials(record);
  const response = await request(record, '/v1/admin/reload', { method: 'POST', headers });
  if (response.ok) return (await response.json()) as ReloadAnswer;
  const { error } = (await response.json()) as { error: { message: string } };
  return error.message;
}

/**
 * What an admin endpoint answers.
 *
 * @throws Error with the gateway's words where it refuses, or where it doesn't answer.
 */
export async function fetchAdmin<Answer>(record: GatewayRecord, path: string): Promise<Answer> {
  const response = await request(record, path, { headers: credentials(record) });
  if (response.ok) return (await response.json()) as Answer;
  const { error } = (await response.json()) as { error?: { message?: string } };
  throw new Error(error?.message ?? `the gateway answered ${path} with ${response.status}`);
}

function credentials(record: GatewayRecord): Record<string, string> {
  const { controlToken, clientToken } = record;
  return {
    [CONTROL_HEADER]: controlToken,
    ...(clientToken === null ? {} : { [CLIENT_TOKEN_HEADER]: clientToken }),
  };
}

/** @throws Error that names the gateway's address where it doesn't answer in time. */
async function request(
  record: GatewayRecord,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  const address = addressOf(record.host, record.port);
  const signal = AbortSignal.timeout(ANSWER_MS);
  try {
    return await fetch(address + path, { ...init, redirect: 'manual', signal });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the gateway at ${address} (pid ${record.pid}) does not answer: ${reason}`, {
      cause: error,
    });
  }
}
