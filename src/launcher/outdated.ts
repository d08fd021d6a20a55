import type { GatewayRecord } from '../core/control.ts';
import { VERSION } from '../version.ts';
import { fetchStatus, requestShutdown } from './control-client.ts';
import { isAlive } from './record.ts';

/** An idle gateway has nothing to drain; longer than that, something is wrong. In milliseconds. */
const STOP_MS = 5_000;

const POLL_MS = 5;

/**
 * Whether a gateway is to make room for one of this version: it is older, nobody uses it, and
 * nobody but a launcher or `cc-route start` looks after it.
 */
export async function isReplaceable(record: GatewayRecord): Promise<boolean> {
  if (record.detached !== true || Bun.semver.order(record.version, VERSION) >= 0) return false;
  try {
    const { leases, activeRequests } = await fetchStatus(record);
    return leases === 0 && activeRequests === 0;
  } catch {
    return false;
  }
}

/** Stops a gateway. `false`: it is still there. */
export async function stopAndWait(record: GatewayRecord): Promise<boolean> {
  try {
    await requestShutdown(record);
  } catch {
    return false;
  }
  const giveUpAt = Date.now() + STOP_MS;
  while (isAlive(record.pid) && Date.now() < giveUpAt) await Bun.sleep(POLL_MS);
  return !isAlive(record.pid);
}
