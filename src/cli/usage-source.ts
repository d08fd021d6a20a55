import { stateDir, type Environment } from '../config/paths.ts';
import { bypassProxies, fetchAdmin } from '../launcher/control-client.ts';
import { findGateway } from '../launcher/gateway-process.ts';
import { readDatabase, usagePath } from '../usage/database.ts';
import { EMPTY_REPORT, readReport, type ReportQuery, type UsageReport } from '../usage/report.ts';

/**
 * The report of the running gateway, which knows calls that aren't written down yet; without one,
 * what the database says.
 *
 * @throws Error where neither can be read
 */
export async function fetchUsage(env: Environment, query: ReportQuery): Promise<UsageReport> {
  const folder = stateDir({ env });
  bypassProxies();
  const record = await findGateway(folder);
  if (record !== null)
    return fetchAdmin<UsageReport>(record, `/v1/admin/usage?${search(query).toString()}`);
  const database = readDatabase(usagePath(folder));
  if (database === null) return EMPTY_REPORT();
  try {
    return readReport(database, query);
  } finally {
    database.close();
  }
}

function search({ by, since, until }: ReportQuery): URLSearchParams {
  const parameters = new URLSearchParams({ by });
  if (since !== undefined) parameters.set('since', String(Math.round(since)));
  if (until !== undefined) parameters.set('until', String(Math.round(until)));
  return parameters;
}
