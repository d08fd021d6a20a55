import type { RecordSink } from './call-record.ts';
import type { GaugeSources } from './exposition.ts';
import { createInstruments } from './instruments.ts';
import { MetricsRecorder, type PlainRequest } from './record-metrics.ts';

export interface Metrics {
  /** Counts a call. */
  readonly call: RecordSink;
  /** Counts a request that was no call. */
  readonly request: (request: PlainRequest) => void;
  /** Everything in Prometheus's text format. */
  expose(): Promise<{ readonly contentType: string; readonly text: string }>;
}

/**
 * The gateway's metrics. The library that puts them into words is loaded when somebody asks: most
 * gateways are never asked.
 */
export function createMetrics(sources: GaugeSources): Metrics {
  const instruments = createInstruments();
  const recorder = new MetricsRecorder(instruments);
  let loading: ReturnType<typeof load> | null = null;
  const load = async () => {
    const { createRegistry } = await import('./exposition.ts');
    return createRegistry(Object.values(instruments), sources);
  };
  return {
    call: (record) => recorder.call(record),
    request: (request) => recorder.request(request),
    async expose() {
      const registry = await (loading ??= load());
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
