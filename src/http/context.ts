import type { Server } from 'bun';
import type { Gateway } from '../gateway/gateway.ts';
import type { Secret } from '../lib/secret.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { RecentCalls } from '../telemetry/recent-calls.ts';
import type { UsageStore } from '../usage/store.ts';
import type { Leases } from './leases.ts';
import type { Reloader } from './reload.ts';
import type { SocketData } from './stream/handlers.ts';
import type { StreamSocket } from './stream/stream-socket.ts';

/** What the endpoints work with; one object for the life of a gateway. */
export interface HttpContext {
  readonly gateway: Gateway;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly usage: UsageStore;
  readonly recent: RecentCalls;
  readonly leases: Leases;
  readonly reloader: Reloader;
  /** What clients must show; `null`: nothing. A reload may change it. */
  clientToken: Secret | null;
  /** What launchers and management commands must show. */
  readonly controlToken: Secret;
  readonly startedAt: number;
  /** Open connections of `WS /v1/stream`. */
  readonly sockets: Set<StreamSocket>;
  /** Calls that are being answered. */
  activeRequests: number;
  /** Ends the gateway after the calls under way. */
  shutdown(reason: string): void;
  /** Keeps the gateway beyond its last session. */
  stay(): void;
}

/** Hono's environment: what belongs to one request. */
export interface HttpEnv {
  Bindings: { readonly server: Server<SocketData> };
  Variables: {
    requestId: string;
    /** It reached the gateway, which records it itself. */
    isCall?: true;
  };
}
