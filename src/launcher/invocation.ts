import { parseArgs } from 'node:util';
import type { ConfigFlags } from '../config/config.ts';

/** What a command line asks for. */
export type Invocation =
  /** Claude Code with these very arguments. */
  | { readonly kind: 'launch'; readonly args: readonly string[] }
  /** The gateway in the foreground. */
  | {
      readonly kind: 'gateway';
      readonly flags: ConfigFlags;
      readonly ephemeral: boolean;
      readonly detached: boolean;
    }
  | { readonly kind: 'status'; readonly json: boolean }
  | { readonly kind: 'stop' }
  /** `shell` is what was named; `null`: the user's own. */
  | { readonly kind: 'install-completions'; readonly shell: string | null }
  | { readonly kind: 'uninstall-completions'; readonly shell: string | null }
  /** The management commands. */
  | { readonly kind: 'manage'; readonly args: readonly string[] }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'usage-error'; readonly message: string };

const LAUNCHER_HELP = `clauder runs Claude Code through the local cc-route gateway.

  clauder [anything]        starts the gateway if none runs, then: claude [anything]
  clauder --proxy-only      the gateway in the foreground, without claude
      --port N  --host ADDRESS  --config FILE
  clauder --proxy-status    whether it runs, where, for how many sessions; --json
                            exit code 0: running, 3: not running
  clauder --proxy-stop      stops it
  clauder --install-completions [bash|zsh|fish]
                            sets up completion in your shell; --uninstall-completions takes it back
  clauder route …           the management commands (the same as cc-route …)

These are clauder's own as the first argument only. Everything else is Claude Code's, --help too.

Example: clauder --proxy-only --port 4000
`;

/** The name this was started by, without folders and `.exe`. */
export const programName = (argv0: string): string =>
  (argv0.split(/[/\\]/u).pop() ?? '').toLowerCase().replace(/\.exe$/u, '');

/**
 * Decides by the name and by the first argument, and by nothing else: whatever isn't ours goes to
 * Claude Code untouched.
 */
export function readInvocation(argv0: string, args: readonly string[]): Invocation {
  if (programName(argv0) === 'cc-route') return { kind: 'manage', args };
  const [first, ...rest] = args;
  if (first === 'route') return { kind: 'manage', args: rest };
  if (first === '--proxy-only') return readGatewayFlags(rest);
  if (first === '--proxy-stop') return readFlags(rest, [], () => ({ kind: 'stop' }));
  if (first === '--proxy-status') {
    return readFlags(rest, ['json'], (flags) => ({ kind: 'status', json: flags.has('json') }));
  }
  if (first === '--install-completions' || first === '--uninstall-completions') {
    const kind =
      first === '--install-completions' ? 'install-completions' : 'uninstall-completions';
    if (rest[0] === '--help') return { kind: 'help', text: LAUNCHER_HELP };
    return rest.length > 1
      ? usageError(`Unexpected argument '${rest[1]}'`)
      : { kind, shell: rest[0] ?? null };
  }
  return { kind: 'launch', args };
}

/** `0` to `65535` as a person writes it; `null`: anything else. */
export function parsePort(text: string): number | null {
  const port = /^\d{1,5}$/u.test(text) ? Number(text) : Number.NaN;
  return port <= 65_535 ? port : null;
}

function readGatewayFlags(args: readonly string[]): Invocation {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        port: text,
        host: text,
        config: text,
        ephemeral: flag,
        detached: flag,
        help: flag,
      },
    });
    if (values.help === true) return { kind: 'help', text: LAUNCHER_HELP };
    const { port: portText, host, config } = values;
    const port = portText === undefined ? undefined : parsePort(portText);
    if (port === null) return usageError(`--port ${portText}: a port is a number from 0 to 65535`);
    const flags = {
      ...(port === undefined ? {} : { port }),
      ...(host === undefined ? {} : { host }),
      ...(config === undefined ? {} : { config }),
    };
    const { ephemeral = false, detached = false } = values;
    return { kind: 'gateway', flags, ephemeral, detached };
  } catch (error) {
    return usageError(problemOf(error));
  }
}

function readFlags(
  args: readonly string[],
  known: readonly string[],
  then: (flags: ReadonlySet<string>) => Invocation,
): Invocation {
  const names = [...known, 'help'];
  const wrong = args.find((arg) => !names.some((name) => arg === `--${name}`));
  if (wrong !== undefined) return usageError(`Unknown option '${wrong}'`);
  const flags = new Set(args.map((arg) => arg.slice(2)));
  return flags.has('help') ? { kind: 'help', text: LAUNCHER_HELP } : then(flags);
}

/** The first sentence of what `parseArgs` says; the rest is about its own programming interface. */
function problemOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('. ', 1)[0] ?? text;
}

const usageError = (problem: string): Invocation => ({
  kind: 'usage-error',
  message: `clauder: ${problem}.\nSee: clauder --proxy-only --help`,
});
