import { isLoopback } from '../../lib/loopback.ts';
import type { DoctorContext } from './context.ts';
import { Findings, type Finding } from './finding.ts';
import { settingsSources, type SettingsSource } from './settings-files.ts';

/** Make Claude Code talk to another service than Anthropic's API, whatever the address says. */
const OTHER_BACKENDS = [
  'CLAUDE_CODE_USE_BEDROCK',
  'CLAUDE_CODE_USE_VERTEX',
  'CLAUDE_CODE_USE_FOUNDRY',
  'CLAUDE_CODE_USE_MANTLE',
];

/** Names of models that Claude Code asks for instead of its own choice. */
const MODEL_VARIABLES = [
  'ANTHROPIC_MODEL',
  'ANTHROPIC_SMALL_FAST_MODEL',
  'ANTHROPIC_DEFAULT_OPUS_MODEL',
  'ANTHROPIC_DEFAULT_SONNET_MODEL',
  'ANTHROPIC_DEFAULT_HAIKU_MODEL',
  'ANTHROPIC_DEFAULT_FABLE_MODEL',
  'CLAUDE_CODE_SUBAGENT_MODEL',
];

/** What Claude Code itself makes a model's name of. */
const CLIENT_ALIAS = /^(?:default|best|opusplan|inherit|(?:opus|sonnet|haiku|fable)(?:\[1m\])?)$/iu;

/** Settings and variables that would take requests past the gateway or to the wrong model. */
export function checkSettings(context: DoctorContext): readonly Finding[] {
  const findings = new Findings('settings');
  for (const source of settingsSources(context)) {
    if (source.isBroken) {
      findings.warning('settings.broken', {
        what: `${source.name} is no valid JSON object`,
        why: 'Claude Code ignores it, and neither program knows what you meant by it',
        mend: `\${EDITOR:-vi} ${source.name}`,
      });
    }
    checkBackends(source, findings);
    checkAddress(source, findings);
    checkModels(source, context, findings);
    checkCredentials(source, findings);
    checkPicker(source, findings);
  }
  if (findings.list.length === 0) findings.ok('settings.clear', 'nothing overrides the gateway');
  return findings.list;
}

const isOn = (value: string | undefined): boolean =>
  value !== undefined && !/^(?:|0|false|no|off)$/iu.test(value.trim());

function checkBackends({ name, env, open }: SettingsSource, findings: Findings): void {
  for (const variable of OTHER_BACKENDS.filter((one) => isOn(env[one]))) {
    findings.error('settings.other-backend', {
      what: `${variable} is set in ${name}`,
      why: 'Claude Code goes to that service instead of the gateway; none of your routes is used',
      mend: open(['env', variable]),
    });
  }
}

function checkAddress({ name, kind, env, open }: SettingsSource, findings: Findings): void {
  const address = env['ANTHROPIC_BASE_URL'];
  if (!address) return;
  // It may hold a password; the host is what a person knows it by.
  const host = URL.parse(address)?.host ?? 'something that is no URL';
  const mend = open(['env', 'ANTHROPIC_BASE_URL']);
  if (kind === 'managed') {
    findings.error('settings.base-url', {
      what: `ANTHROPIC_BASE_URL in ${name} names ${host}`,
      why: 'managed settings are stronger than what clauder says: requests go there, not to the gateway',
      mend,
    });
    return;
  }
  const isHere = isLoopback(URL.parse(address)?.hostname ?? '');
  findings.warning('settings.base-url', {
    what: `ANTHROPIC_BASE_URL in ${name} names ${host}`,
    why:
      'clauder overrides it, plain claude goes there' +
      (isHere ? ', and fails whenever nothing listens at that port' : ''),
    mend,
  });
}

function checkModels(source: SettingsSource, context: DoctorContext, findings: Findings): void {
  const { name, kind, env, settings, open } = source;
  for (const variable of MODEL_VARIABLES) {
    const model = env[variable];
    if (!model || CLIENT_ALIAS.test(model)) continue;
    if (!context.isRouted(model)) {
      findings.error('settings.model-unknown', {
        what: `${variable} in ${name} is ${JSON.stringify(model)}, and no route has that name`,
        why: 'every request that Claude Code makes for it is refused',
        mend: open(['env', variable]),
      });
    } else if (variable === 'ANTHROPIC_MODEL') {
      findings.note('settings.model-variable', {
        what: `ANTHROPIC_MODEL in ${name} is ${JSON.stringify(model)}`,
        why: 'sessions start with it, whatever /model saved',
        mend: open(['env', variable]),
      });
    }
  }
  const saved = settings['model'];
  if (typeof saved !== 'string' || saved === '' || CLIENT_ALIAS.test(saved)) return;
  if (!context.isRouted(saved)) {
    findings.error('settings.saved-model', {
      what: `"model" in ${name} is ${JSON.stringify(saved)}, and no route has that name`,
      why: 'every new session starts with a model that nobody answers for',
      mend: open(['model']),
    });
  } else if (!/^claude-/iu.test(saved) && kind !== 'environment') {
    findings.warning('settings.saved-model', {
      what: `"model" in ${name} is your alias ${JSON.stringify(saved)} (/model saves the choice there)`,
      why: 'plain claude asks Anthropic for it and fails; clauder is fine with it',
      mend: open(['model']),
    });
  }
}

function checkCredentials({ name, env, settings, open }: SettingsSource, findings: Findings): void {
  if (env['ANTHROPIC_API_KEY'] && name === 'the environment') {
    findings.note('settings.api-key', {
      what: `ANTHROPIC_API_KEY is set in ${name}`,
      why: 'Claude Code asks once whether to use it; the gateway hands it to Anthropic and to nobody else',
      mend: open(['env', 'ANTHROPIC_API_KEY']),
    });
  }
  if (env['ANTHROPIC_AUTH_TOKEN'] && !env['ANTHROPIC_BASE_URL']) {
    findings.note('settings.auth-token', {
      what: `ANTHROPIC_AUTH_TOKEN is set in ${name}`,
      why: 'it replaces your login; for claude-* models it is what Anthropic gets to see',
      mend: open(['env', 'ANTHROPIC_AUTH_TOKEN']),
    });
  }
  if (typeof settings['apiKeyHelper'] === 'string') {
    findings.note('settings.key-helper', {
      what: `${name} has an apiKeyHelper`,
      why: 'its key replaces your login; the gateway hands it to Anthropic and to nobody else',
      mend: open(['apiKeyHelper']),
    });
  }
}

function checkPicker(source: SettingsSource, findings: Findings): void {
  const { name, kind, env, settings, open } = source;
  if (env['CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC'] !== undefined) {
    findings.note('settings.no-discovery', {
      what: `CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC is set in ${name}`,
      why: 'Claude Code does not ask the gateway for its models, so older clients show none in /model',
      mend: `${open(['env', 'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC'])}   (DISABLE_TELEMETRY=1 does what is mostly meant)`,
    });
  }
  if (Array.isArray(settings['availableModels'])) {
    findings.warning('settings.available-models', {
      what: `${name} has a list of availableModels`,
      why: "/model offers and accepts nothing else, so aliases that are not in it can't be chosen",
      mend: `add your aliases, or ${open(['availableModels'])}`,
    });
  }
  if (kind === 'managed' && settings['modelPicker'] !== undefined) {
    findings.warning('settings.picker', {
      what: `${name} has a modelPicker of its own`,
      why: "the strongest list is the only one shown: /model doesn't have your aliases; --model and /model NAME still work",
      mend: open(['modelPicker']),
    });
  }
}
