import { command } from '../command.ts';
import { EXIT, print } from '../output.ts';

export default command({
  name: 'statusline',
  description:
    "A status line for Claude Code: model, provider, context used, the session's and today's cost. Reads Claude Code's JSON on standard input.",
  example: `clauder --settings '{"statusLine":{"type":"command","command":"cc-route statusline"}}'`,
  async run() {
    // It is drawn below every prompt: whatever goes wrong, there is no line, and no noise.
    try {
      const { statusFacts } = await import('../statusline/facts.ts');
      const { statusLine } = await import('../statusline/line.ts');
      const facts = statusFacts(await Bun.stdin.text(), process.env, Date.now());
      if (facts !== null) print(statusLine(facts, !process.env['NO_COLOR']));
    } catch {
      return EXIT.ok;
    }
    return EXIT.ok;
  },
});
