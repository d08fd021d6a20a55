import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PROVIDERS } from '../../src/providers/catalog.ts';
import { CLAUDER, createDesk, freePort, type Desk } from '../support/clauder.ts';
import { startFakeUpstream, type FakeUpstream } from '../support/fake-upstream.ts';
import { startHttpPeer } from '../support/http-peer.ts';
import type { Fence } from '../support/markdown.ts';
import type { Finished } from '../support/run.ts';
import { isolated } from '../support/sandbox.ts';

type RouteText = Record<string, unknown>;

/** What a person has who follows the README: a fresh home, the programs, and providers that answer. */
export interface ReaderStage extends AsyncDisposable {
  readonly desk: Desk;
  readonly port: number;
  /** The providers, by wire format. */
  readonly anthropic: FakeUpstream;
  readonly openai: FakeUpstream;
  readonly configPath: string;
  /** Saves a block as the configuration. */
  configure(text: string): void;
  /** Adds routes to the configuration as it is now. */
  addRoutes(routes: Readonly<Record<string, RouteText>>): void;
  /** Types a block into a shell of its own, which ends at the first command that fails. */
  run(block: string): Promise<Finished>;
}

/** Variables that the README's examples read. */
const KEYS = ['DEEPSEEK_API_KEY', 'OPENROUTER_API_KEY', 'ZAI_KEY_1', 'ZAI_KEY_2'];

/** The key that an example finds in a variable. */
export const keyIn = (variable: string): string => `key-in-${variable.toLowerCase()}`;

/** The token of the team's gateway. */
export const TEAM_TOKEN = 'token-of-the-team';

export async function createReaderStage(): Promise<ReaderStage> {
  const desk = await createDesk({ config: null });
  const port = await freePort();
  const { sandbox } = desk;
  const [program = '', ...args] = CLAUDER;
  if (args.length === 0) {
    symlinkSync(program, join(sandbox.bin, 'clauder'));
    symlinkSync('clauder', join(sandbox.bin, 'cc-route'));
  } else {
    const command = CLAUDER.map((word) => `'${word}'`).join(' ');
    script('clauder', `exec ${command} "$@"`);
    script('cc-route', `exec ${command} route "$@"`);
  }
  script('pass', 'echo key-from-pass');
  const anthropic = await startFakeUpstream({ wire: 'anthropic-messages' });
  const openai = await startFakeUpstream({ wire: 'openai-chat' });
  // Where the network is in reach, nothing gets there, and `doctor` finds the proxy alive.
  const deadEnd = await startHttpPeer(async (_, responder) => responder.cut());
  const proxy = isolated() ? {} : { HTTPS_PROXY: deadEnd.url };
  const configPath = join(sandbox.home, '.claude/settings.cc-route.json');

  function script(name: string, line: string): void {
    const path = sandbox.write(`bin/${name}`, `#!/bin/sh\n${line}\n`);
    chmodSync(path, 0o755);
  }

  /** The providers of the configuration are out of reach: each route is led to a fake one. */
  function lead(routes: Readonly<Record<string, RouteText>>): Record<string, RouteText> {
    return Object.fromEntries(
      Object.entries(routes).map(([name, route]) => {
        const preset = PROVIDERS.find((provider) => provider.name === route['preset']);
        const wire = route['wire'] ?? preset?.defaultWire ?? 'openai-chat';
        const { baseURL } = wire === 'openai-chat' ? openai : anthropic;
        // A client's own login goes to Anthropic's own address only.
        const needsKey = preset?.acceptsClientCredential === true && !('authToken' in route);
        return [name, { ...route, baseURL, ...(needsKey ? { authToken: 'stand-in' } : {}) }];
      }),
    );
  }

  function save(config: { readonly modelRoutes?: Record<string, RouteText> }): void {
    mkdirSync(join(configPath, '..'), { recursive: true });
    const led = { ...config, modelRoutes: lead(config.modelRoutes ?? {}) };
    writeFileSync(configPath, JSON.stringify(led, null, 2), { mode: 0o600 });
  }

  const saved = () =>
    Bun.JSONC.parse(readFileSync(configPath, 'utf8')) as Parameters<typeof save>[0];

  return {
    desk,
    port,
    anthropic,
    openai,
    configPath,
    configure: (text) => save(Bun.JSONC.parse(text) as Parameters<typeof save>[0]),
    addRoutes(routes) {
      const config = saved();
      save({ ...config, modelRoutes: { ...config.modelRoutes, ...routes } });
    },
    async run(block) {
      if (existsSync(configPath)) save(saved());
      const text = block.replaceAll('127.0.0.1:3456', `127.0.0.1:${port}`);
      return desk.run(['bash', '-euo', 'pipefail', '-c', text], {
        env: {
          CC_ROUTE_PORT: String(port),
          ...proxy,
          ...Object.fromEntries(KEYS.map((name) => [name, keyIn(name)])),
        },
        timeoutMs: 110_000,
      });
    },
    async [Symbol.asyncDispose]() {
      await desk.run(['cc-route', 'stop']);
      desk[Symbol.dispose]();
      await anthropic.stop();
      await openai.stop();
      await deadEnd.stop();
    },
  };
}

/** What a block says that it prints: the lines behind `# → `. */
export const promisedBy = ({ text }: Fence): string[] =>
  [...text.matchAll(/^# → (.+)$/gmu)].map((match) => squeezed(match[1] ?? ''));

/** Runs of white space as one space: columns are as wide as their contents. */
export const squeezed = (text: string): string => text.replaceAll(/\s+/gu, ' ').trim();
