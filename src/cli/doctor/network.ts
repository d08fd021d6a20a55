import { isLoopback } from '../../lib/loopback.ts';
import { isListening } from '../../launcher/port-owner.ts';
import type { DoctorContext } from './context.ts';
import { Findings, type Finding } from './finding.ts';

const PROXIES = [
  'HTTPS_PROXY',
  'https_proxy',
  'HTTP_PROXY',
  'http_proxy',
  'ALL_PROXY',
  'all_proxy',
];

/** Proxies in the environment. Nothing is sent to them. */
export async function checkNetwork({ env }: DoctorContext): Promise<readonly Finding[]> {
  const findings = new Findings('network');
  const names = PROXIES.filter((name) => env[name]);
  if (names.length === 0) {
    findings.ok('network.direct', 'no proxy is set');
    return findings.list;
  }
  if (!exemptsLoopback(env['no_proxy'] ?? env['NO_PROXY'] ?? '')) {
    findings.warning('network.no-proxy', {
      what: `${names.join(' and ')} ${names.length === 1 ? 'is' : 'are'} set, and NO_PROXY does not except 127.0.0.1`,
      why: 'clauder makes the exception for its sessions; plain claude, curl and SDKs would ask the proxy for your gateway',
      mend: 'export NO_PROXY=127.0.0.1,localhost,::1',
    });
  }
  for (const name of names) await checkProxy(name, env[name] ?? '', findings);
  if (findings.list.length === 0) findings.ok('network.proxy', `through ${names.join(' and ')}`);
  return findings.list;
}

function exemptsLoopback(list: string): boolean {
  const hosts = list.split(/[\s,]+/u).map((host) => host.replace(/:\d+$/u, ''));
  return hosts.some((host) => ['*', '127.0.0.1', '127.0.0.0/8'].includes(host));
}

async function checkProxy(name: string, text: string, findings: Findings): Promise<void> {
  const url = URL.parse(text.includes('://') ? text : `http://${text}`);
  if (url === null || url.hostname === '') {
    findings.error('network.proxy-broken', {
      what: `${name} is no valid address`,
      why: 'requests to providers fail before they leave',
      mend: `unset ${name}`,
    });
    return;
  }
  if (/^socks/iu.test(url.protocol)) {
    findings.warning('network.socks', {
      what: `${name} names a SOCKS proxy`,
      why: 'the gateway speaks to HTTP proxies only and may go directly instead',
      mend: `export ${name}=http://…   (most such programs listen for HTTP as well)`,
    });
    return;
  }
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
  if (!isLoopback(url.hostname)) return;
  const host = url.hostname.replaceAll(/^\[|\]$/gu, '');
  if (await isListening(host, port)) return;
  findings.error('network.proxy-dead', {
    what: `${name} names ${url.host}, and nothing listens there`,
    why: 'every request to a provider goes through it and fails',
    mend: `start that proxy, or: unset ${name}   (then cc-route stop, if a gateway runs)`,
  });
}
