import type { Server } from 'bun';
import type { Config } from '../config/config.ts';
import { createGateway } from '../gateway/gateway.ts';
import type { Environment } from '../gateway/routes.ts';
import { randomId } from '../lib/id.ts';
import { systemClock } from '../lib/clock.ts';
import { Secret } from '../lib/secret.ts';
import type { Log } from '../telemetry/log.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { RecentCalls } from '../telemetry/recent-calls.ts';
import { usagePath } from '../usage/database.ts';
import { Spending } from '../usage/spending.ts';
import { UsageStore } from '../usage/store.ts';
import { createApp } from './app.ts';
import type { HttpContext } from './context.ts';
import { errorResponse, toGatewayError } from './error-response.ts';
import { guard } from './guard.ts';
import { Leases } from './leases.ts';
import { type ConfigSource, Reloader } from './reload.ts';
import { MAX_BODY_BYTES } from './request-body.ts';
import { type SocketData, socketHandlers } from './stream/handlers.ts';

/** Beyond this Bun refuses a body by itself, without Anthropic's words. */
const SERVER_BODY_BYTES = 2 * MAX_BODY_BYTES;

/** A kept-alive connection without a request is closed after this, in seconds. */
const IDLE_CONNECTION_S = 120;

/** How long calls under way may take to end when the gateway stops. */
const DRAIN_MS = 10_000;

export interface ServerOptions {
  readonly config: Config;
  /** Where {@link config} came from, and comes from when it is read again. */
  readonly source: ConfigSource;
  readonly log: Log;
  readonly env: Environment;
  /** Ends by itself when no session needs it; {@link Leases}. */
  readonly ephemeral?: boolean;
  /** Called when something that the gateway's record tells has changed. */
  readonly onChange?: (server: RunningServer) => void;
  /** Called once when the gateway wants to end: asked to, or no longer needed. */
  readonly onShutdown?: (reason: string) => void;
}

export interface RunningServer {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly controlToken: Secret;
  readonly context: HttpContext;
  /** Takes no new connections, lets calls under way end (at most 10 s), then closes the rest. */
  stop(): Promise<void>;
}

/**
 * Starts to listen. Port 0 takes a free one.
 * @throws Error with the code `EADDRINUSE` where the port is taken.
 */
export function startServer(options: ServerOptions): RunningServer {
  const { config, log, env } = options;
  const { host, port } = config.server;
  const tokenOf = clientTokens();
  const shutdown = (reason: string): void => options.onShutdown?.(reason);
  const metrics = createMetrics({
    activeRequests: () => context.activeRequests,
    sessions: () => context.leases.count,
    configBroken: () => context.reloader.error !== null,
    usageRows: () => usage.state,
    circuits: () => gateway.circuits(),
  });
  const usage = new UsageStore({
    path: usagePath(config.stateDir),
    clock: systemClock,
    retentionDays: () => gateway.config.usage.retentionDays,
    log,
  });
  const recent = new RecentCalls({ keepsBodies: () => gateway.config.log.bodies });
  const spending = new Spending({ store: usage, warn: (message) => log.warn(message) });
  const gateway = createGateway(config, {
    sinks: [log.request, metrics.call, usage.sink, spending.sink, recent.sink],
    spending,
    env,
  });
  const context: HttpContext = {
    gateway,
    log,
    metrics,
    usage,
    recent,
    leases: new Leases(
      systemClock,
      options.ephemeral === true ? () => shutdown('no session is left') : null,
    ),
    reloader: new Reloader({
      ...options.source,
      gateway,
      log,
      onApplied(next) {
        log.configure(next.log);
        changeToken(context, tokenOf(next));
        options.onChange?.(running);
      },
    }),
    clientToken: tokenOf(config),
    controlToken: new Secret(randomId('ctl_')),
    sockets: new Set(),
    startedAt: Date.now(),
    activeRequests: 0,
    shutdown,
    stay() {
      context.leases.stay();
      options.onChange?.(running);
    },
  };
  const app = createApp(context);
  const server: Server<SocketData> = Bun.serve({
    hostname: host,
    port,
    development: false,
    idleTimeout: IDLE_CONNECTION_S,
    maxRequestBodySize: SERVER_BODY_BYTES,
    fetch(request, server) {
      try {
        const { allowedHosts, allowedOrigins } = gateway.config.server;
        guard(request, { host, allowedHosts, allowedOrigins });
      } catch (error) {
        const refusal = refuse(error);
        metrics.request({ method: 'other', path: 'other', status: refusal.status, durationMs: 0 });
        return refusal;
      }
      return app.fetch(request, { server });
    },
    websocket: socketHandlers(context, MAX_BODY_BYTES),
    error: refuse,
  });
  const running: RunningServer = {
    url: `http://${urlHost(host)}:${server.port}`,
    host,
    port: server.port ?? port,
    controlToken: context.controlToken,
    context,
    async stop() {
      context.leases.closeAll();
      for (const socket of context.sockets) socket.leave();
      await stop(server);
      usage.close();
    },
  };
  return running;
}

/** The token that clients must show; `auto` is the same one for the whole life of a gateway. */
function clientTokens(): (config: Config) => Secret | null {
  let random: Secret | null = null;
  return ({ server: { authToken } }) =>
    authToken === 'auto' ? (random ??= new Secret(randomId('ccr_'))) : authToken;
}

function changeToken(http: HttpContext, next: Secret | null): void {
  const isSame = http.clientToken?.reveal() === next?.reveal();
  http.clientToken = next;
  if (isSame || next === null || http.leases.count === 0) return;
  http.log.warn(
    `server.authToken has changed: ${http.leases.count} running sessions carry the old one ` +
      'and have to be started again',
  );
}

function refuse(error: unknown): Response {
  return errorResponse(toGatewayError(error), { requestId: randomId('req_'), client: 'other' });
}

async function stop(server: Server<SocketData>): Promise<void> {
  const drained = server.stop();
  const timedOut = new Promise<'late'>((resolve) => {
    systemClock.after(DRAIN_MS, () => resolve('late'));
  });
  if ((await Promise.race([drained, timedOut])) === 'late') await server.stop(true);
}

/** An IPv6 address stands in brackets in a URL; an unspecified one is reached by loopback. */
function urlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
