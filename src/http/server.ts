import type { Server } from 'bun';
import type { Config } from '../config/config.ts';
import { createGateway } from '../gateway/gateway.ts';
import type { Environment } from '../gateway/routes.ts';
import { randomId } from '../lib/id.ts';
import { systemClock } from '../lib/clock.ts';
import { Secret } from '../lib/secret.ts';
import type { Log } from '../telemetry/log.ts';
import { createApp } from './app.ts';
import type { HttpContext } from './context.ts';
import { errorResponse, toGatewayError } from './error-response.ts';
import { guard } from './guard.ts';
import { Leases } from './leases.ts';

/** Anthropic's own limit for a request (https://docs.anthropic.com/en/api/overview). */
const MAX_BODY_BYTES = 33_554_432;

/** A kept-alive connection without a request is closed after this, in seconds. */
const IDLE_CONNECTION_S = 120;

/** How long calls under way may take to end when the gateway stops. */
const DRAIN_MS = 10_000;

export interface ServerOptions {
  readonly config: Config;
  readonly log: Log;
  readonly env: Environment;
  /** Ends by itself when no session needs it; {@link Leases}. */
  readonly ephemeral?: boolean;
  /** Called once when the gateway wants to end: asked to, or no longer needed. */
  readonly onShutdown?: (reason: string) => void;
}

export interface RunningServer {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly controlToken: Secret;
  readonly clientToken: Secret | null;
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
  const { host, port, authToken, allowedHosts, allowedOrigins } = config.server;
  const shutdown = (reason: string): void => options.onShutdown?.(reason);
  const context: HttpContext = {
    gateway: createGateway(config, { sinks: [log.request], env }),
    log,
    leases: new Leases(
      systemClock,
      options.ephemeral === true ? () => shutdown('no session is left') : null,
    ),
    clientToken: authToken === 'auto' ? new Secret(randomId('ccr_')) : authToken,
    controlToken: new Secret(randomId('ctl_')),
    startedAt: Date.now(),
    activeRequests: 0,
    shutdown,
    configError: null,
  };
  const app = createApp(context);
  const policy = { host, allowedHosts, allowedOrigins };
  const server: Server<undefined> = Bun.serve({
    hostname: host,
    port,
    development: false,
    idleTimeout: IDLE_CONNECTION_S,
    maxRequestBodySize: MAX_BODY_BYTES,
    fetch(request, server) {
      try {
        guard(request, policy);
      } catch (error) {
        return refuse(error);
      }
      return app.fetch(request, { server });
    },
    error: refuse,
  });
  return {
    url: `http://${urlHost(host)}:${server.port}`,
    host,
    port: server.port ?? port,
    controlToken: context.controlToken,
    clientToken: context.clientToken,
    context,
    stop() {
      context.leases.closeAll();
      return stop(server);
    },
  };
}

function refuse(error: unknown): Response {
  return errorResponse(toGatewayError(error), { requestId: randomId('req_'), client: 'other' });
}

async function stop(server: Server<undefined>): Promise<void> {
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
