import { stateDir, type Environment } from '../../config/paths.ts';
import type { GatewayRecord } from '../../core/control.ts';
import { bypassProxies, fetchAdmin } from '../../launcher/control-client.ts';
import { findGateway } from '../../launcher/gateway-process.ts';
import type { RecentCall } from '../../telemetry/recent-calls.ts';

/** Which calls are wanted. */
export interface TraceQuery {
  readonly limit: number;
  readonly model?: string | undefined;
  readonly failed: boolean;
}

/** The running gateway's memory of its last calls. */
export class TraceSource {
  readonly #record: GatewayRecord;

  private constructor(record: GatewayRecord) {
    this.#record = record;
  }

  /** `null`: no gateway runs. */
  static async open(env: Environment): Promise<TraceSource | null> {
    bypassProxies();
    const record = await findGateway(stateDir({ env }));
    return record === null ? null : new TraceSource(record);
  }

  get record(): GatewayRecord {
    return this.#record;
  }

  /** The oldest first. @throws Error with the gateway's words */
  async list({ limit, model, failed }: TraceQuery): Promise<readonly RecentCall[]> {
    const query = new URLSearchParams({ limit: String(limit), failed: String(failed) });
    if (model !== undefined) query.set('model', model);
    const path = `/v1/admin/requests?${query.toString()}`;
    const { requests } = await fetchAdmin<{ requests: RecentCall[] }>(this.#record, path);
    return requests.toReversed();
  }

  /** @throws Error with the gateway's words where it doesn't know the id */
  find(id: string): Promise<RecentCall> {
    return fetchAdmin(this.#record, `/v1/admin/requests/${encodeURIComponent(id)}`);
  }

  /** What the client sent, without keys; `null`: the gateway doesn't keep it (`log.bodies`). */
  async body(id: string): Promise<string | null> {
    const path = `/v1/admin/requests/${encodeURIComponent(id)}?body=true`;
    const { body = null } = await fetchAdmin<{ body?: string }>(this.#record, path);
    return body;
  }
}
