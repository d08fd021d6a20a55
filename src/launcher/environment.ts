import { CLIENT_TOKEN_HEADER, PLACEHOLDER_CREDENTIAL } from '../core/control.ts';

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
  /** Whether this Claude Code lists models by its settings; `null`: not known. */
  readonly hasModelPicker: boolean | null;
}

/** Counts launchers within launchers; a session's own variable. */
export const SESSION_DEPTH = 'CC_ROUTE_DEPTH';

const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

const CREDENTIALS = ['ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_API_KEY'] as const;

/**
 * The variables that bring Claude Code to the gateway. A credential of the user's own stays as it
 * is: the gateway hands it to Anthropic and to nobody else. Without one, a stand-in keeps Claude
 * Code from asking for a login.
 */
export function sessionVariables(facts: ConnectionFacts): Variables {
  const { env } = facts;
  return {
    ANTHROPIC_BASE_URL: facts.address,
    ...credentialVariables(facts),
    ...(facts.clientToken === null
      ? {}
      : {
          ANTHROPIC_CUSTOM_HEADERS: withToken(env['ANTHROPIC_CUSTOM_HEADERS'], facts.clientToken),
        }),
    // It would list every model twice beside `modelPicker`. Off for whoever set it, to whatever.
    ...(facts.hasModelPicker !== true &&
    env['CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY'] === undefined
      ? { CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: '1' }
      : {}),
    ...proxyVariables(env),
  };
}

function credentialVariables({ env, isLoggedIn }: ConnectionFacts): Variables {
  const isSet = (name: string): boolean =>
    Boolean(env[name]) && env[name] !== PLACEHOLDER_CREDENTIAL;
  // Made for another vendor's address: not Anthropic's to see.
  const isForeign = !isAnthropic(env);
  const hasOwn =
    isLoggedIn || isSet('CLAUDE_CODE_OAUTH_TOKEN') || (!isForeign && CREDENTIALS.some(isSet));
  const withheld = isForeign ? CREDENTIALS.filter(isSet) : [];
  return {
    ...Object.fromEntries(withheld.map((name) => [name, ''])),
    ...(hasOwn ? {} : { ANTHROPIC_AUTH_TOKEN: PLACEHOLDER_CREDENTIAL }),
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

/** The user's own headers, one `Name: value` a line, and ours instead of one from an outer session. */
function withToken(headers: string | undefined, token: string): string {
  const own = (headers ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.toLowerCase().startsWith(CLIENT_TOKEN_HEADER));
  return [...own, `${CLIENT_TOKEN_HEADER}: ${token}`].join('\n');
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
