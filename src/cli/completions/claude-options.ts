import type { OptionSpec, Values } from './spec.ts';

const none: Values = { kind: 'none' };
const any: Values = { kind: 'any' };
const files: Values = { kind: 'files' };
const folders: Values = { kind: 'folders' };
const models: Values = { kind: 'models' };
const words = (text: string): Values => ({ kind: 'words', words: text.split(' ') });

const option = (name: string, description: string, value: Values = none): OptionSpec => ({
  name,
  description,
  value,
});

/** `clauder`'s own. They count as the first argument only. */
export const LAUNCHER_OPTIONS: readonly OptionSpec[] = [
  option('route', 'The management commands, the same as cc-route'),
  option('--proxy-only', 'The gateway in the foreground, without claude'),
  option('--proxy-status', 'Whether the gateway runs, where, for how many sessions'),
  option('--proxy-stop', 'Stop the gateway'),
  option('--install-completions', 'Set up completion in your shell', words('bash zsh fish')),
  option('--uninstall-completions', 'Take that back', words('bash zsh fish')),
];

/** What people give Claude Code, from `claude --help` of 2.1.330. Any other option passes, too. */
export const CLAUDE_OPTIONS: readonly OptionSpec[] = [
  option('--model', 'Model for this session', models),
  option('--fallback-model', 'Model for when that one is busy', models),
  option('--print', 'Print the answer and exit'),
  option('--continue', 'Continue the last conversation in this folder'),
  option('--resume', 'Resume a conversation', any),
  option('--fork-session', 'Resume under a new session id'),
  option('--add-dir', 'Another folder that Claude can access', folders),
  option('--agent', 'Agent for this session', any),
  option('--agents', 'Agents as JSON', any),
  option('--allowedTools', 'Tools to allow', any),
  option('--disallowedTools', 'Tools to deny', any),
  option('--append-system-prompt', 'Add to the system prompt', any),
  option('--system-prompt', 'Replace the system prompt', any),
  option('--dangerously-skip-permissions', 'Bypass all permission checks'),
  option('--debug', 'Debug mode'),
  option('--effort', 'Effort of this session', words('low medium high xhigh max')),
  option('--ide', 'Connect to the IDE'),
  option('--input-format', 'Format of the input', words('text stream-json')),
  option('--json-schema', 'JSON Schema of the answer', any),
  option('--max-budget-usd', 'Most dollars to spend', any),
  option('--mcp-config', 'MCP servers from a file', files),
  option('--name', 'Name of this session', any),
  option('--output-format', 'Format of the output', words('text json stream-json')),
  option(
    '--permission-mode',
    'Permission mode',
    words('acceptEdits auto bypassPermissions manual dontAsk plan'),
  ),
  option('--plugin-dir', 'A plugin for this session', folders),
  option('--settings', 'Settings from a file or as JSON', files),
  option('--strict-mcp-config', 'Only the servers of --mcp-config'),
  option('--tools', 'The tools that there are', any),
  option('--verbose', 'Show everything'),
  option('--version', "Claude Code's version"),
  option('--help', "Claude Code's help"),
];

/** Claude Code's own commands. */
export const CLAUDE_COMMANDS = [
  { name: 'agents', description: 'Background agents' },
  { name: 'auth', description: 'Log in and out' },
  { name: 'config', description: 'Settings' },
  { name: 'doctor', description: "Check Claude Code's installation" },
  { name: 'install', description: 'Install a version of Claude Code' },
  { name: 'mcp', description: 'MCP servers' },
  { name: 'plugin', description: 'Plugins' },
  { name: 'update', description: 'Update Claude Code' },
] as const;

/** Names of models that Claude Code knows itself. */
export const CLAUDE_MODELS = ['opus', 'sonnet', 'haiku'] as const;
