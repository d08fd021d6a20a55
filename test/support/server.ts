import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfigFile } from '../../src/config/file.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { ConfigSource } from '../../src/http/reload.ts';
import { startServer, type RunningServer } from '../../src/http/server.ts';
import { createLog } from '../../src/telemetry/log.ts';
import type { ConfigFile } from './clauder.ts';

/** A gateway inside of the test's own process. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly server: RunningServer;
  /** The lines it logged. */
  readonly log: readonly string[];
  /** `POST /v1/messages` */
  post(body: object, headers?: Record<string, string>, path?: string): Promise<Response>;
  /** `GET`, parsed. */
  json<Answer>(path: string, headers?: Record<string, string>): Promise<Answer>;
  text(path: string): Promise<string>;
}

/** Starts one on a free port, with a state folder of its own unless one is given. */
export async function startTestServer(
  config: ConfigFile = {},
  options: { readonly env?: Record<string, string>; readonly stateDir?: string } = {},
): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'test-server-'));
  const stateDir = options.stateDir ?? join(folder, 'state');
  const file = join(folder, 'config.json');
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  const env = { HOME: folder, CC_ROUTE_STATE_DIR: stateDir, ...options.env };
  const lines: string[] = [];
  const flags = { port: 0, config: file };
  const source: ConfigSource = {
    path: file,
    initial: await readConfigFile(file),
    load: (read) => loadConfig({ flags, env, read }),
  };
  const loaded = await source.load(source.initial);
  const log = createLog(loaded.log, (line) => lines.push(line()));
  const server = startServer({ config: loaded, source, log, env });
  return {
    url: server.url,
    server,
    log: lines,
    post: (body, headers = {}, path = '/v1/messages') =>
      fetch(server.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({
          max_tokens: 10,
          messages: [{ role: 'user', content: 'hi' }],
          ...body,
        }),
      }),
    async json<Answer>(path: string, headers: Record<string, string> = {}) {
      const response = await fetch(server.url + path, { headers });
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as Answer;
    },
    async text(path) {
      const response = await fetch(server.url + path);
      return response.text();
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
