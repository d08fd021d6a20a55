import { createServer, connect, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import type { Sandbox } from './sandbox.ts';
import { startFakeUpstream, type FakeUpstream } from './fake-upstream.ts';

/** Anthropic's own address, answered on this machine. */
export interface FakeAnthropic {
  readonly upstream: FakeUpstream;
  /** Makes the gateway find it: by a proxy, and with a certificate that is trusted. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

const HOST = 'api.anthropic.com';

/** Whether this machine has what {@link startFakeAnthropic} needs. */
export const canFakeAnthropic = (): boolean => Bun.which('openssl') !== null;

/**
 * Starts a server that passes for api.anthropic.com: with a certificate of that name, behind a
 * proxy that leads nowhere else.
 */
export async function startFakeAnthropic(sandbox: Sandbox): Promise<FakeAnthropic> {
  const upstream = await startFakeUpstream({ wire: 'anthropic-messages' });
  const cert = join(sandbox.root, 'anthropic.pem');
  const key = join(sandbox.root, 'anthropic.key');
  const options = '-x509 -newkey rsa:2048 -nodes -days 2 -addext';
  const made = Bun.spawnSync(
    ['openssl', 'req', '-subj', `/CN=${HOST}`, '-keyout', key, '-out', cert].concat(
      options.split(' '),
      `subjectAltName=DNS:${HOST}`,
    ),
  );
  if (!made.success) throw new Error(`openssl: ${made.stderr.toString()}`);
  const tls = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    idleTimeout: 0,
    tls: { cert: Bun.file(cert), key: Bun.file(key) },
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const headers = new Headers(request.headers);
      headers.delete('host');
      return fetch(`http://127.0.0.1:${upstream.port}${pathname}${search}`, {
        method: request.method,
        headers,
        ...(request.method === 'GET' || request.method === 'HEAD'
          ? {}
          : { body: await request.arrayBuffer() }),
      });
    },
  });
  const proxy = createTunnel(tls.port ?? 0);
  await new Promise<void>((resolve) => {
    proxy.listen(0, '127.0.0.1', resolve);
  });
  const { port } = proxy.address() as AddressInfo;
  return {
    upstream,
    env: { HTTPS_PROXY: `http://127.0.0.1:${port}`, NODE_EXTRA_CA_CERTS: cert },
    async stop() {
      proxy.close();
      await tls.stop(true);
      await upstream.stop();
    },
  };
}

/** A proxy that knows one host, whatever its name is in the world. */
function createTunnel(port: number): Server {
  return createServer((client) => {
    client.once('data', (head) => {
      if (!head.toString('latin1').startsWith(`CONNECT ${HOST}:443 `)) {
        client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
        return;
      }
      const server = connect(port, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        client.pipe(server).pipe(client);
      });
      server.on('error', () => client.destroy());
      client.on('error', () => server.destroy());
    });
    client.on('error', () => client.destroy());
  });
}
