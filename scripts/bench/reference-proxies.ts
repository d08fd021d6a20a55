import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Workplace } from './workplace.ts';

/** A well-known reverse proxy that does nothing but pass on: the practical limit. */
export interface ReferenceProxy {
  readonly name: 'nginx' | 'haproxy';
  readonly version: string;
  /** Writes its configuration and returns how it is started. */
  command(place: Workplace, port: number, upstreamPort: number): string[];
}

/** Folders of servers that are often missing in `PATH`. */
const SERVER_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];

/** Those that are installed. */
export function findReferenceProxies(): ReferenceProxy[] {
  const found: ReferenceProxy[] = [];
  const nginx = find('nginx');
  if (nginx !== null) {
    found.push({
      name: 'nginx',
      version: versionOf([nginx, '-v']),
      command: (place, port, upstreamPort) => {
        const folder = join(place.folder, 'nginx');
        mkdirSync(folder, { recursive: true });
        const config = place.write('nginx.conf', nginxConfig(folder, port, upstreamPort));
        return [nginx, '-e', join(folder, 'error.log'), '-p', folder, '-c', config];
      },
    });
  }
  const haproxy = find('haproxy');
  if (haproxy !== null) {
    found.push({
      name: 'haproxy',
      version: versionOf([haproxy, '-v']),
      command: (place, port, upstreamPort) => {
        const config = place.write('haproxy.cfg', haproxyConfig(port, upstreamPort));
        return [haproxy, '-db', '-f', config];
      },
    });
  }
  return found;
}

function find(name: string): string | null {
  const PATH = [process.env['PATH'] ?? '', ...SERVER_FOLDERS].join(':');
  return Bun.which(name, { PATH });
}

function versionOf(command: readonly string[]): string {
  const { stdout, stderr } = Bun.spawnSync([...command]);
  return /\d+\.\d+\.\d+/.exec(stdout.toString() + stderr.toString())?.[0] ?? 'unknown';
}

/** One worker, since the gateway is one process, too; nothing is buffered or logged. */
function nginxConfig(folder: string, port: number, upstreamPort: number): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `  ${name}_temp_path ${join(folder, name)};`)
    .join('\n');
  return `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 1;
worker_rlimit_nofile 8192;
pid ${join(folder, 'nginx.pid')};
error_log ${join(folder, 'error.log')} crit;
events { worker_connections 4096; }
http {
${temp}
  access_log off;
  tcp_nodelay on;
  client_max_body_size 64m;
  client_body_buffer_size 4m;
  keepalive_requests 10000000;
  upstream mock {
    server 127.0.0.1:${upstreamPort};
    keepalive 512;
    keepalive_requests 10000000;
  }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://mock;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }
  }
}
`;
}

function haproxyConfig(port: number, upstreamPort: number): string {
  return `global
  nbthread 1
  maxconn 4096
defaults
  mode http
  option http-no-delay
  option abortonclose
  http-reuse always
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend front
  bind 127.0.0.1:${port} backlog 4096
  default_backend mock
backend mock
  server upstream 127.0.0.1:${upstreamPort}
`;
}
