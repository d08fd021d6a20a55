/** Claude Code names itself `claude-cli/<version>`; its side requests say `x-app: cli`. */
export function clientKind(headers: Headers): 'claude-code' | 'other' {
  const agent = headers.get('user-agent') ?? '';
  return agent.startsWith('claude-cli/') || headers.get('x-app') === 'cli'
    ? 'claude-code'
    : 'other';
}
