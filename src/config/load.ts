import { PROVIDERS } from '../providers/catalog.ts';
import type { ProviderSpec } from '../providers/spec.ts';
import type { Config, ConfigFlags, Origin, RouteConfig } from './config.ts';
import { ConfigError, type ConfigIssue } from './config-error.ts';
import type { Document } from './document.ts';
import { type ReadResult, readConfigFile } from './file.ts';
import { configPath, displayPath, type Environment } from './paths.ts';
import { createReport } from './report.ts';
import type { FileConfig } from './schema.ts';
import { resolveScenarios } from './scenarios.ts';
import { resolveSettings } from './settings.ts';

/** What a configuration is loaded from; everything absent is the running process's own. */
export interface LoadOptions {
  readonly flags?: ConfigFlags;
  readonly env?: Environment;
  readonly platform?: NodeJS.Platform;
  /** What stands in the file, where somebody has read it already. */
  readonly read?: ReadResult;
  /** Absent: the catalog. */
  readonly providers?: readonly ProviderSpec[];
}

/**
 * Reads the configuration: defaults ← file ← environment ← flags. The default file may be
 * missing, one named by `--config` or `CC_ROUTE_CONFIG` may not. The schema library is loaded for
 * an existing file only.
 *
 * @throws ConfigError with every problem found. What only the environment lacks is no problem but
 * a warning, and disables its route
 */
export async function loadConfig(options: LoadOptions = {}): Promise<Config> {
  const {
    flags = {},
    env = process.env,
    platform = process.platform,
    providers = PROVIDERS,
  } = options;
  const context = { env, platform };
  const { path, origin } = configPath(flags.config, context);
  const shownPath = path === null ? null : displayPath(path, context);
  const failure = (issues: readonly ConfigIssue[]) => new ConfigError(path, issues, shownPath);

  const read: ReadResult =
    options.read ?? (path === null ? { kind: 'absent' } : await readConfigFile(path));
  if (read.kind === 'invalid') throw failure([{ path: '', message: read.problem }]);
  if (read.kind === 'absent' && origin !== 'default') {
    const namedBy = origin === 'flag' ? '--config' : 'CC_ROUTE_CONFIG';
    throw failure([{ path: '', message: `no such file; ${namedBy} names it` }]);
  }
  let file: FileConfig = {};
  let document: Document | undefined;
  if (read.kind === 'text') {
    const { parseContent } = await import('./content.ts');
    const names = providers.map(({ name }) => name);
    const parsed = parseContent(read.text, names);
    if (!parsed.ok) throw failure(parsed.issues);
    file = parsed.content;
    ({ document } = parsed);
  }

  const report = createReport(document);
  const origins = new Map<string, Origin>();
  const settings = resolveSettings({ file, flags, env, context, report, origins });
  let routes: readonly RouteConfig[] = [];
  if (file.modelRoutes !== undefined) {
    const { buildRoutes } = await import('./routes.ts');
    routes = buildRoutes(file.modelRoutes, { env, report, providers });
  }
  const builtIn = providers.filter((provider) => provider.builtIn).map(({ name }) => name);
  const scenarios = resolveScenarios(file.scenarios, routes, builtIn, report);
  if (report.issues.length > 0) throw failure(report.issues);

  if (read.kind === 'text' && read.exposed && shownPath !== null) {
    report.warn(
      shownPath,
      `others can read or change this file; run: chmod 600 ${shellWord(shownPath)}`,
    );
  }
  return {
    file: read.kind === 'text' ? path : null,
    routes,
    scenarios,
    ...settings,
    warnings: report.warnings,
    origins,
  };
}

/** Quoted where a shell would take the path apart; a leading `~/` stays outside the quotes. */
function shellWord(path: string): string {
  if (/^[\w./~@%+,:-]+$/.test(path)) return path;
  const [, home = '', rest = ''] = /^(~\/)?(.*)$/s.exec(path) ?? [];
  return `${home}'${rest.replaceAll("'", String.raw`'\''`)}'`;
}
