import { collectDefaultMetrics, Counter, Gauge, Registry, type Metric } from 'prom-client';
import type { TargetRef } from '../core/journal.ts';
import { COMMIT, VERSION } from '../version.ts';
import { TARGET_LABELS } from './instruments.ts';
import type { Family } from './series.ts';

/** What only the running gateway knows, read when somebody asks for the metrics. */
export interface GaugeSources {
  readonly activeRequests: () => number;
  /** Sessions that hold a lease. */
  readonly sessions: () => number;
  /** Whether the configuration file has changed and is broken. */
  readonly configBroken: () => boolean;
  /** Rows that the usage database doesn't have yet, and those that it will never have. */
  readonly usageRows: () => { readonly waiting: number; readonly lost: number };
  /** Whether a target is passed over for now, for each route. */
  readonly circuits: () => readonly { readonly target: TargetRef; readonly isOpen: boolean }[];
}

/** All metrics in Prometheus's text format: what was counted, what is so now, and the process. */
export function createRegistry(families: readonly Family[], sources: GaugeSources): Registry {
  const registry = new Registry();
  addGauges(registry, sources);
  for (const family of families) registry.registerMetric(asMetric(family));
  addProcessMetrics(registry);
  return registry;
}

/** What the library asks of a metric, though its types name only its own classes. */
function asMetric(family: Family): Metric {
  const { name, help, type, labelNames } = family;
  const get = async () => ({ name, help, type, aggregator: 'sum', values: family.samples() });
  return { name, help, labelNames, get } as unknown as Metric;
}

function addGauges(registry: Registry, sources: GaugeSources): void {
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number): void => {
    // It registers itself.
    void new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };

  gauge('proxy_active_requests', 'Calls that are being answered.', sources.activeRequests);
  gauge('proxy_sessions', 'Claude Code sessions that are attached.', sources.sessions);
  gauge('proxy_config_broken', '1: the configuration file has changed and is broken.', () =>
    Number(sources.configBroken()),
  );
  gauge(
    'proxy_usage_rows_waiting',
    'Calls that the usage database does not have yet.',
    () => sources.usageRows().waiting,
  );
  void new Counter({
    name: 'proxy_usage_rows_lost_total',
    help: 'Calls that the usage database will never have, since it could not be written.',
    registers,
    collect() {
      this.reset();
      this.inc(sources.usageRows().lost);
    },
  });
  void new Gauge({
    name: 'proxy_circuit_open',
    help: '1: the target failed too often lately and is passed over.',
    labelNames: TARGET_LABELS,
    registers,
    collect() {
      this.reset();
      for (const { target, isOpen } of sources.circuits()) {
        this.set({ provider: target.provider.name, model: target.route }, Number(isOpen));
      }
    },
  });
  new Gauge({
    name: 'proxy_build_info',
    help: 'Always 1; what runs stands in the labels.',
    labelNames: ['version', 'commit', 'bun'],
    registers,
  }).set({ version: VERSION, commit: COMMIT ?? 'none', bun: Bun.version }, 1);
}

/** Bun knows none of these and says 0 of all. */
const UNKNOWN_TO_BUN = ['handles', 'requests', 'resources'].flatMap((what) => [
  `nodejs_active_${what}`,
  `nodejs_active_${what}_total`,
]);

/** The process's own metrics. One of them runs a timer, so nobody gets them unasked. */
function addProcessMetrics(register: Registry): void {
  collectDefaultMetrics({ register });
  for (const name of UNKNOWN_TO_BUN) register.removeSingleMetric(name);
}
