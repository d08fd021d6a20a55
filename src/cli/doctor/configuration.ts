import { configPath } from '../../config/paths.ts';
import type { Route } from '../../gateway/routes.ts';
import { plural } from '../output.ts';
import type { DoctorContext } from './context.ts';
import { Findings, type Finding } from './finding.ts';

/** The configuration file: every problem and warning that `config check` tells. */
export function checkConfiguration(context: DoctorContext): readonly Finding[] {
  const { config, configError, env, platform, show } = context;
  const findings = new Findings('configuration');
  if (configError !== null) {
    for (const line of configError.message.split('\n')) {
      findings.error('configuration.broken', {
        what: line,
        why: 'no gateway starts with it; one that runs keeps the last good configuration',
        mend: openAt(configError.file === null ? null : show(configError.file), line),
      });
    }
    return findings.list;
  }
  if (config === null) return findings.list;
  const own = config.routes.length;
  if (config.file === null) {
    const { path } = configPath(undefined, { env, platform });
    findings.note('configuration.absent', {
      what: `there is no configuration file${path === null ? '' : ` (${show(path)})`}`,
      why: 'only claude-* models and echo have a route',
      mend: 'cc-route init',
    });
  } else if (own === 0) {
    findings.note('configuration.empty', {
      what: `${show(config.file)} names no route`,
      why: 'only claude-* models and echo have one',
      mend: 'cc-route init',
    });
  } else {
    findings.ok('configuration.read', `${show(config.file)}, ${plural(own, 'route')}`);
  }
  for (const text of config.warnings.filter((warning) => !warning.endsWith("can't be used"))) {
    const [what = text, mend] = text.split('; run: ', 2);
    const isMode = mend !== undefined;
    findings.warning(isMode ? 'configuration.mode' : 'configuration.warning', {
      what,
      why: isMode ? 'the keys in it are not yours alone' : 'it may not do what you mean',
      mend: mend ?? 'cc-route config check',
    });
  }
  return findings.list;
}

/** `file:line:column  …` → an editor at that line. */
function openAt(file: string | null, issue: string): string {
  const line = /:(\d+):\d+ {2}/u.exec(issue)?.[1];
  if (file === null) return 'cc-route config check';
  return `\${EDITOR:-vi} ${line === undefined ? '' : `+${line} `}${file}`;
}

/** Whether each route has what it needs to be used. */
export function checkKeys({ table, config }: DoctorContext): readonly Finding[] {
  const findings = new Findings('keys');
  const routes = table.routes.filter(({ builtIn }) => !builtIn);
  for (const route of routes) {
    const trouble = troubleOf(route);
    if (trouble !== null) {
      findings.error('keys.missing', { ...trouble, why: 'requests for it are refused' });
      continue;
    }
    const oddity = oddityOf(route);
    if (oddity !== null) {
      findings.warning('keys.odd', {
        what: `route ${route.name}: its key ${oddity}`,
        why: 'the provider will most likely refuse it',
        mend: `put the right key in place, then: cc-route doctor --live`,
      });
    }
  }
  if (findings.list.length === 0 && routes.length > 0 && config !== null) {
    findings.ok('keys.present', 'every route has what it needs');
  }
  return findings.list;
}

/** Why a route can't be used, and what mends it; `null`: it can. */
function troubleOf({ name, target }: Route): { what: string; mend: string } | null {
  const { problem, credential, provider } = target;
  const text = problem ?? (credential.kind === 'missing' ? credential.problem : null);
  if (text === null) return null;
  const place = provider.keyURL === undefined ? '' : `   (a key: ${provider.keyURL})`;
  const [, unset] = /(?:^|set )([A-Za-z_]\w*)\b.* (?:is|are) not set in/u.exec(text) ?? [];
  if (unset !== undefined) {
    return {
      what: `route ${name} can't be used: ${unset} is not set`,
      mend: `export ${unset}=…${place}`,
    };
  }
  const { keyVariable } = provider;
  if (problem === undefined && keyVariable !== undefined && text.startsWith('set ')) {
    return {
      what: `route ${name} has no key: neither authToken nor ${keyVariable} is set`,
      mend: `export ${keyVariable}=…${place}`,
    };
  }
  return {
    what: `route ${name} can't be used: ${text}`,
    mend: `correct modelRoutes["${name}"], then: cc-route config check`,
  };
}

/** What a key looks like that was never filled in or copied badly; nothing of it is shown. */
function oddityOf({ target: { credential } }: Route): string | null {
  const keys = credential.kind === 'keys' ? credential.keys : [credential];
  for (const key of keys) {
    const oddity = key.kind === 'secret' ? oddityIn(key.secret.reveal()) : null;
    if (oddity !== null) return oddity;
  }
  return null;
}

function oddityIn(key: string): string | null {
  if (/^(['"]).*\1$/su.test(key)) return 'stands between quotes';
  if (/^Bearer /iu.test(key)) return 'begins with "Bearer", which the gateway adds itself';
  if (/\s/u.test(key)) return 'has a space in it';
  if (/…|\.\.\.$|^(?:sk-)?x{3,}$|your[-_ ]?(?:api[-_ ]?)?key|<.*>/iu.test(key)) {
    return 'is a placeholder';
  }
  return null;
}
