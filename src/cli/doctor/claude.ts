import { FIRST_WITH_PICKER, hasModelPicker } from '../../launcher/client-version.ts';
import { findClaude } from '../../launcher/find-claude.ts';
import { LaunchError } from '../../launcher/launch-error.ts';
import type { DoctorContext } from './context.ts';
import { Findings, type Finding } from './finding.ts';

/** The oldest Claude Code that the tests run. */
const OLDEST = '2.1.197';

/** Starting it takes a tenth of a second, on a busy machine much longer. In milliseconds. */
const VERSION_MS = 10_000;

const UPDATE = 'claude update   (or: npm install -g @anthropic-ai/claude-code)';

/** Claude Code: there, and new enough. */
export async function checkClaude(context: DoctorContext): Promise<readonly Finding[]> {
  const findings = new Findings('Claude Code');
  const { env, cwd, self, platform, show } = context;
  let path: string;
  try {
    path = findClaude({ env, cwd, self, platform });
  } catch (error) {
    if (!(error instanceof LaunchError)) throw error;
    const named = env['CC_ROUTE_CLAUDE'];
    findings.error('claude.absent', {
      what: named
        ? `CC_ROUTE_CLAUDE names ${named}, and no program can be run there`
        : 'Claude Code is not installed: no claude on PATH or in the usual places',
      why: 'clauder has nothing to start',
      mend: named ? 'unset CC_ROUTE_CLAUDE' : 'npm install -g @anthropic-ai/claude-code',
    });
    return findings.list;
  }
  const version = await versionOf(path, env);
  if (version === null) {
    findings.error('claude.broken', {
      what: `${show(path)} does not tell its version`,
      why: 'it is no Claude Code, or a broken one',
      mend: `${show(path)} --version   (or name another one by CC_ROUTE_CLAUDE)`,
    });
  } else if (Bun.semver.order(version, OLDEST) < 0) {
    findings.warning('claude.old', {
      what: `Claude Code ${version} (${show(path)}) is older than ${OLDEST}`,
      why: 'nothing older is tested, and it may not know the options that clauder gives it',
      mend: UPDATE,
    });
  } else if (hasModelPicker(version) === false) {
    findings.ok('claude.found', `${version}, ${show(path)}`);
    findings.note('claude.picker', {
      what: `Claude Code ${version} is older than ${FIRST_WITH_PICKER}`,
      why: 'its /model lists your aliases without provider, context and price',
      mend: UPDATE,
    });
  } else {
    findings.ok('claude.found', `${version}, ${show(path)}`);
  }
  return findings.list;
}

/** What `claude --version` begins with; `null`: it says nothing of the kind. */
async function versionOf(path: string, env: DoctorContext['env']): Promise<string | null> {
  try {
    const child = Bun.spawn([path, '--version'], {
      env: { ...env, DISABLE_AUTOUPDATER: '1' },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: VERSION_MS,
    });
    const text = await new Response(child.stdout).text();
    return /^\d+\.\d+\.\d+\S*/u.exec(text.trim())?.[0] ?? null;
  } catch {
    return null;
  }
}
