import { CLIENT_TOKEN_HEADER, PLACEHOLDER_CREDENTIAL } from '../core/control.ts';
import type { KeyAnswers } from './user-settings.ts';

/** Environment variables with a value each. */
export type Variables = Readonly<Record<string, string>>;

export interface ConnectionFacts {
  /** The gateway's, as `http://127.0.0.1:3456`. */
  readonly address: string;
  /** What the gateway wants to be shown; `null`: nothing. */
  readonly clientToken: string | null;
  /** What Claude Code would run with: the shell's variables and, over them, those of its settings. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Claude Code has a login or a key command of its own. */
  readonly isLoggedIn: boolean;
  /** What the user has said about keys in the environment. */
  readonly keyAnswers: KeyAnswers;
  /** Claude Code asks nothing: every key is used. */
  readonly isPrint: boolean;
  /** Whether this Claude Code lists models by its settings; `null`: not known. */
  readonly hasModelPicker: boolean | null;
}

/** How a session reaches the gateway, and Anthropic behind it. */
export interface Connection {
  readonly variables: Variables;
  /** Whether the session has anything to show to Anthropic. */
  readonly hasCredential: boolean;
  /** Some of it is for nobody else's eyes. */
  readonly isSecret: boolean;
}

/** Counts launchers within launchers; a session's own variable. */
export const SESSION_DEPTH = 'CC_ROUTE_DEPTH';

const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

const CREDENTIALS = ['ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_API_KEY'] as const;

/**
 * Brings Claude Code to the gateway. A credential of the user's own stays theirs: the gateway hands
 * it to Anthropic and to nobody else. Without one, a stand-in keeps Claude Code from asking for a
 * login.
 */
export function planConnection(facts: ConnectionFacts): Connection {
  const { env, clientToken, address } = facts;
  const { variables, headers, hasCredential } = planCredential(facts);
  const added = {
    ...headers,
    ...(clientToken === null ? {} : { [CLIENT_TOKEN_HEADER]: clientToken }),
  };
  const isSecret = Object.keys(added).length > 0;
  return {
    variables: {
      ANTHROPIC_BASE_URL: address,
      ...variables,
      ...(isSecret
        ? { ANTHROPIC_CUSTOM_HEADERS: withHeaders(env['ANTHROPIC_CUSTOM_HEADERS'], added) }
        : {}),
      // It would list every model twice beside `modelPicker`. Off for whoever set it, to whatever.
      ...(facts.hasModelPicker !== true &&
      env['CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY'] === undefined
        ? { CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: '1' }
        : {}),
      ...proxyVariables(env),
    },
    hasCredential,
    isSecret,
  };
}

interface Credential {
  readonly variables: Variables;
  readonly headers: Variables;
  readonly hasCredential: boolean;
}

function planCredential(facts: ConnectionFacts): Credential {
  const { env, isLoggedIn, keyAnswers, isPrint } = facts;
  const isSet = (name: string): boolean =>
    Boolean(env[name]) && env[name] !== PLACEHOLDER_CREDENTIAL;
  // Made for another vendor's address: not Anthropic's to see.
  const isForeign = !isAnthropic(env);
  const withheld = Object.fromEntries(
    (isForeign ? CREDENTIALS.filter(isSet) : []).map((name) => [name, '']),
  );
  const hasOther =
    isLoggedIn || isSet('CLAUDE_CODE_OAUTH_TOKEN') || (!isForeign && isSet('ANTHROPIC_AUTH_TOKEN'));
  const key = isForeign ? undefined : env['ANTHROPIC_API_KEY'] || undefined;
  const keyIsUsed =
    key !== undefined && (isPrint || keyAnswers.approved.some((end) => key.endsWith(end)));
  if (hasOther || keyIsUsed) return { variables: withheld, headers: {}, hasCredential: true };

  const standIn = { ANTHROPIC_AUTH_TOKEN: PLACEHOLDER_CREDENTIAL };
  if (key === undefined) {
    const hasCredential = /^(?:x-api-key|authorization):/imu.test(
      env['ANTHROPIC_CUSTOM_HEADERS'] ?? '',
    );
    return { variables: { ...withheld, ...standIn }, headers: {}, hasCredential };
  }
  // Claude Code would ask whether it may use the key; and once told no, it asks for a login.
  const isRejected = keyAnswers.rejected.some((end) => key.endsWith(end));
  return {
    variables: { ...standIn, ANTHROPIC_API_KEY: '' },
    headers: isRejected ? {} : { 'x-api-key': key },
    hasCredential: !isRejected,
  };
}

/** Whether credentials beside this address are for Anthropic: its own one, none, or a gateway's. */
function isAnthropic({
  ANTHROPIC_BASE_URL: address,
  [SESSION_DEPTH]: depth,
}: ConnectionFacts['env']) {
  if (!address) return true;
  const host = URL.parse(address)?.hostname ?? '';
  // Within a session of ours: the credentials beside the gateway's address were looked at then.
  if (depth && LOOPBACK.includes(host.replaceAll(/[[\]]/gu, ''))) return true;
  return /(?:^|\.)anthropic\.com$/u.test(host);
}

/** The user's own headers, one `Name: value` a line, and ours instead of those of an outer session. */
function withHeaders(own: string | undefined, added: Variables): string {
  const kept = (own ?? '').split('\n').filter((line) => {
    const name = line.split(':', 1)[0]?.trim().toLowerCase() ?? '';
    return line.trim() !== '' && !(name in added);
  });
  return [...kept, ...Object.entries(added).map(([name, value]) => `${name}: ${value}`)].join('\n');
}

/** Behind a proxy, Claude Code would look for the gateway on the proxy's machine. */
function proxyVariables(env: ConnectionFacts['env']): Variables {
  const proxies = [
    'HTTP_PROXY',
    'HTTPS_PROXY',
    'ALL_PROXY',
    'http_proxy',
    'https_proxy',
    'all_proxy',
  ];
  if (!proxies.some((name) => env[name])) return {};
  const own = (env['no_proxy'] ?? env['NO_PROXY'] ?? '')
    .split(/[\s,]+/u)
    .filter((host) => host !== '');
  if (own.includes('*')) return {};
  const all = [...new Set([...own, ...LOOPBACK])].join(',');
  return { NO_PROXY: all, no_proxy: all };
}
