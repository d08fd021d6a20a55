import {
  attachToGateway,
  findGateway,
  type Attachment,
  type GatewayOptions,
} from './gateway-process.ts';
import { openLease } from './control-client.ts';
import { isAlive, readRecord } from './record.ts';

/** Pause between two looks for a gateway that went away, in milliseconds. */
const RETRY_MS = 500;

/**
 * Keeps a session's gateway for as long as the session lives.
 *
 * A gateway that died is started again on the same port, with the same token, because the running
 * Claude Code knows no other. One that was stopped on purpose took its record away; it stays
 * stopped, and the session joins the next one that somebody starts there.
 */
export async function keepAttached(first: Attachment, options: GatewayOptions): Promise<never> {
  let { record, lease } = first;
  for (;;) {
    await lease.ended;
    const crashed = !isAlive(record.pid) && readRecord(options.stateDir)?.pid === record.pid;
    const next = crashed ? await restart(first, options) : await join(first, options);
    if (next === null) {
      await Bun.sleep(RETRY_MS);
      continue;
    }
    ({ record, lease } = next);
  }
}

async function join(first: Attachment, options: GatewayOptions): Promise<Attachment | null> {
  const record = await findGateway(options.stateDir);
  if (record === null || record.port !== first.record.port) return null;
  const lease = await openLease(record);
  return lease && { record, lease };
}

async function restart(first: Attachment, options: GatewayOptions): Promise<Attachment | null> {
  const { port, clientToken } = first.record;
  const env =
    clientToken === null ? options.env : { ...options.env, CC_ROUTE_AUTH_TOKEN: clientToken };
  try {
    // Claude Code has the screen: whatever there is to say stands in the gateway's log.
    return await attachToGateway({ ...options, env, port, notice: () => undefined });
  } catch {
    return null;
  }
}
