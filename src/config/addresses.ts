import { isIP, isIPv4 } from 'node:net';

/** A value that passed, or what is wrong with it. Problems never repeat the value. */
export type Checked = { readonly value: string } | { readonly problem: string };

/** What the gateway appends to an address by itself. */
const OWN_ENDPOINTS = /\/(?:v1\/messages|chat\/completions|completions|responses)$/;

/**
 * The address of a provider: `http` or `https`, without credentials, query and fragment, which
 * would end up in logs or be lost when the endpoint's path is appended. Trailing slashes go.
 */
export function checkBaseURL(text: string): Checked {
  const url = URL.parse(text);
  if (url === null) {
    const hint = /^[\w.-]+(?::\d+)?(?:\/|$)/.test(text) ? '; it begins with https://' : '';
    return { problem: `is no valid URL${hint}` };
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return { problem: 'must begin with https:// or http://' };
  }
  if (url.username !== '' || url.password !== '') {
    return { problem: 'must not hold a user name or password; use authToken or headers' };
  }
  if (url.search !== '' || text.includes('?')) {
    return { problem: 'must not have a query; the version of the API goes into apiVersion' };
  }
  if (url.hash !== '' || text.includes('#')) return { problem: 'must not have a fragment' };
  const path = url.pathname.replace(/\/+$/, '');
  const endpoint = OWN_ENDPOINTS.exec(path)?.[0];
  if (endpoint !== undefined) {
    return { problem: `must end before ${endpoint}, which the gateway appends itself` };
  }
  return { value: url.origin + path };
}

/** Whether only programs of this machine can reach a socket that is bound to the host. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase();
  if (name === 'localhost' || name === '::1') return true;
  return isIPv4(name) && name.startsWith('127.');
}

/** Whether a socket that is bound to the host listens on every interface. */
export function isWildcardHost(host: string): boolean {
  return /^(?:0\.0\.0\.0|[0:]*::[0:]*|\*)$/.test(host);
}

const HOST_NAME =
  /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*$/i;

/** A host name or an IP address without port; the brackets of an IPv6 address go. */
export function checkHost(text: string): Checked {
  const host = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (isIP(host) !== 0) return { value: host.toLowerCase() };
  if (text.includes('://')) return { problem: 'is a URL; only the name or address goes here' };
  if (/^(?:\[.*\]|[^:]*):\d*$/.test(text)) return { problem: 'must not have a port' };
  if (text.includes('*')) return { problem: 'must be one name or address; there is no wildcard' };
  if (!HOST_NAME.test(host)) return { problem: 'is no valid host name or IP address' };
  return { value: host.toLowerCase() };
}

/** A name for `server.allowedHosts`, as it stands in a `Host` header: IPv6 in brackets, no port. */
export function checkAllowedHost(text: string): Checked {
  const checked = checkHost(text);
  if ('problem' in checked || isIP(checked.value) !== 6) return checked;
  return { value: `[${checked.value}]` };
}

/**
 * The origin of a web page as browsers send it (RFC 6454, section 6.2): lower case, no default
 * port, no path.
 */
export function checkOrigin(text: string): Checked {
  if (text.includes('*')) {
    return { problem: 'must be one origin; there is no wildcard, as any web page could call then' };
  }
  const url = URL.parse(text);
  const bare = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s]+\/?$/i.test(text);
  if (url === null || !bare) {
    return { problem: 'is no origin; one looks like https://app.example.com' };
  }
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
  return { value: isWeb ? url.origin : text.toLowerCase().replace(/\/$/, '') };
}
