import { stateDir, type Environment } from '../config/paths.ts';
import type { ServedRoute } from '../core/route-summary.ts';
import { bypassProxies, fetchRoutes } from '../launcher/control-client.ts';
import { findGateway } from '../launcher/gateway-process.ts';

/**
 * What the gateway that runs here, if one does, knows of its routes, by their names. It is an
 * addition to what the file says: a gateway that doesn't answer, or is older, adds nothing.
 */
export async function servedRoutes(env: Environment): Promise<ReadonlyMap<string, ServedRoute>> {
  bypassProxies();
  try {
    const record = await findGateway(stateDir({ env }));
    const routes = record === null ? [] : await fetchRoutes(record);
    return new Map(routes.map((route) => [route.name, route]));
  } catch {
    return new Map();
  }
}
