import type { CallSink } from './call-record.ts';
import type { GaugeSources } from './instruments.ts';
import { countCall, countRequest, type PlainRequest } from './record-metrics.ts';

export interface Metrics {
  /** Counts a call. */
  readonly call: CallSink;
  /** Counts a request that was no call. */
  readonly request: (request: PlainRequest) => void;
  /** Everything in Prometheus's text format. */
  expose(): Promise<{ readonly contentType: string; readonly text: string }>;
}

type Loaded = Awaited<ReturnType<typeof load>>;

/**
 * The gateway's metrics. The library behind them is loaded when the first request is over, or
 * somebody asks for them: a start has no time for it.
 */
export function createMetrics(sources: GaugeSources): Metrics {
  let loaded: Loaded | null = null;
  let loading: Promise<Loaded> | null = null;
  let waiting: ((instruments: Loaded) => void)[] = [];
  let hasProcessMetrics = false;

  const ready = (): Promise<Loaded> =>
    (loading ??= load(sources).then((instruments) => {
      loaded = instruments;
      for (const count of waiting) count(instruments);
      waiting = [];
      return instruments;
    }));
  const count = (one: (instruments: Loaded) => void): void => {
    if (loaded !== null) return one(loaded);
    waiting.push(one);
    void ready();
  };
  return {
    call: (record) => count((instruments) => countCall(instruments, record)),
    request: (request) => count((instruments) => countRequest(instruments, request)),
    async expose() {
      const instruments = await ready();
      if (!hasProcessMetrics) instruments.addProcessMetrics();
      hasProcessMetrics = true;
      const { registry } = instruments;
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

async function load(sources: GaugeSources) {
  const { createInstruments } = await import('./instruments.ts');
  return createInstruments(sources);
}
