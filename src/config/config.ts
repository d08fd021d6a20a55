import type { LogFormat, LogLevel } from '../lib/log-level.ts';
import type { Secret } from '../lib/secret.ts';
import type { Compat, WireName } from '../providers/spec.ts';
import type { CredentialSource, ModelFacts } from '../providers/target.ts';

/** One entry of `modelRoutes`, checked and complete but for what the catalog adds. */
export interface RouteConfig {
  /** The key in `modelRoutes`: the public model name. */
  readonly name: string;
  readonly aliases: readonly string[];
  /** A preset's name; the catalog has it. */
  readonly preset?: string;
  /** Without a trailing slash. */
  readonly baseURL?: string;
  readonly wire?: WireName;
  /** The upstream's model id; absent: the name. */
  readonly model?: string;
  /** What `authToken` said; absent: the preset's key variable, or none. */
  readonly credential?: CredentialSource;
  readonly headers: Readonly<Record<string, string>>;
  readonly apiVersion?: string;
  readonly facts: ModelFacts;
  /** Whether requests that don't fit are refused without being sent. */
  readonly preflight?: boolean;
  /** What the model is good for, for people and for models that choose among models. */
  readonly description?: string;
  /** `false`: no subagent type is made of it. */
  readonly agent?: boolean;
  /** Names of routes to try next; absent: the siblings. */
  readonly fallback?: readonly string[];
  readonly compat?: Partial<Compat>;
  /**
   * Why the route can't be used, such as an unset variable in its `baseURL`. Its `baseURL` and
   * `headers` are incomplete then, so no request may be sent; `credential` is `missing`.
   */
  readonly problem?: string;
}

/** Where a value came from, the later ones winning. */
export type Origin = 'default' | 'file' | 'environment' | 'flag';

/** The whole configuration: defaults ← file ← environment ← flags. Immutable; a reload makes a new one. */
export interface Config {
  /** The file that was read; `null` where there is none. */
  readonly file: string | null;
  readonly routes: readonly RouteConfig[];
  /** Routes for calls of a certain kind, whatever model they name; in order, aliases resolved. */
  readonly scenarios: {
    /** Web searches of models that have none. */
    readonly webSearch: readonly string[];
    /** The small model's calls. */
    readonly background: readonly string[];
    readonly think: readonly string[];
    readonly image: readonly string[];
    readonly longContext: {
      readonly routes: readonly string[];
      /** In tokens, for models without a route of their own. */
      readonly threshold: number;
    };
  };
  readonly server: {
    readonly port: number;
    readonly host: string;
    /** `auto`: a random one for each gateway. */
    readonly authToken: Secret | 'auto' | null;
    /** Origins of web pages that may call the gateway, beyond none. */
    readonly allowedOrigins: readonly string[];
    /** Values of `Host` beyond the loopback names. */
    readonly allowedHosts: readonly string[];
  };
  readonly timeouts: {
    readonly connectMs: number;
    readonly firstByteMs: number;
    readonly idleMs: number;
  };
  readonly retry: {
    readonly maxAttempts: number;
    readonly baseDelayMs: number;
    readonly maxDelayMs: number;
  };
  readonly cache: {
    /** 0: nothing is kept, as with `maxBytes`. */
    readonly maxEntries: number;
    readonly maxBytes: number;
    readonly ttlMs: number;
    /** Whether a request without a temperature counts as one with 0. */
    readonly absentTemperature: 'skip' | 'cache';
  };
  readonly rateLimit: {
    /** Requests per second and provider host; 0: no limit. */
    readonly rps: number;
    /** Requests that may go out at once. */
    readonly burst: number;
    /** How long a request may wait for its turn before it is refused; 0: not at all. */
    readonly maxWaitMs: number;
    /** Other limits for single hosts, named as in variables: `API_DEEPSEEK_COM`. */
    readonly hosts: ReadonlyMap<string, { readonly rps?: number; readonly burst?: number }>;
  };
  readonly usage: { readonly retentionDays: number };
  readonly budget: {
    /** What a day's calls may cost; `null`: no limit. */
    readonly dailyUsd: number | null;
    /** What one session's calls may cost; `null`: no limit. */
    readonly sessionUsd: number | null;
    /** The part of a budget behind which there are warnings, up to 1. */
    readonly warnAt: number;
  };
  readonly log: {
    readonly level: LogLevel;
    readonly format: LogFormat;
    /** Whether recent requests are kept with what they said, in memory only. */
    readonly bodies: boolean;
  };
  /** Lock, record, log and usage database live here; made by `ensureStateDir` when first needed. */
  readonly stateDir: string;
  /** Things worth a warning at start: file modes, unset variables, keys without effect. */
  readonly warnings: readonly string[];
  /** `server.port` → where its value came from. */
  readonly origins: ReadonlyMap<string, Origin>;
}

/** What the command line may override. */
export interface ConfigFlags {
  readonly port?: number;
  readonly host?: string;
  readonly config?: string;
}
