import { CLAUDER, type Desk } from './clauder.ts';
import { until } from './deadline.ts';

/** One process of Claude Code that is spoken to as programs do, turn by turn. */
export interface LiveSession extends AsyncDisposable {
  /** Says something and gives the answer's text. Throws where the turn ended in an error. */
  say(text: string): Promise<string>;
  /** As `/model NAME` does. */
  setModel(name: string): Promise<void>;
}

interface Line {
  readonly type: string;
  readonly is_error?: boolean;
  readonly result?: string;
  readonly response?: { readonly request_id?: string; readonly subtype?: string };
}

/** Starts `clauder` with JSON lines as input and output. */
export function startLiveSession(desk: Desk, model: string): LiveSession {
  const flags = ['--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose'];
  const child = Bun.spawn(
    [...CLAUDER, '-p', ...flags, '--model', model, '--dangerously-skip-permissions'],
    {
      cwd: desk.sandbox.project,
      env: desk.environment(),
      stdin: 'pipe',
      stdout: 'pipe',
      stderr: 'ignore',
    },
  );
  const lines: Line[] = [];
  const reading = (async () => {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const chunk of child.stdout) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = parts.pop() ?? '';
      lines.push(...parts.filter((part) => part !== '').map((part) => JSON.parse(part) as Line));
    }
  })();
  const send = (message: object) => {
    void child.stdin.write(`${JSON.stringify(message)}\n`);
    void child.stdin.flush();
  };
  const next = (what: string, matches: (line: Line) => boolean, from: number) =>
    until(what, () => lines.slice(from).find(matches), 40_000);
  return {
    async say(text) {
      const from = lines.length;
      send({ type: 'user', message: { role: 'user', content: text } });
      const end = await next(`an answer to "${text}"`, ({ type }) => type === 'result', from);
      if (end.is_error === true) throw new Error(end.result);
      return end.result ?? '';
    },
    async setModel(name) {
      const from = lines.length;
      const request_id = `model-${from}`;
      send({ type: 'control_request', request_id, request: { subtype: 'set_model', model: name } });
      const matches = ({ response }: Line) => response?.request_id === request_id;
      const end = await next(`the change to ${name}`, matches, from);
      if (end.response?.subtype !== 'success') throw new Error(`no change to ${name}`);
    },
    async [Symbol.asyncDispose]() {
      await child.stdin.end();
      await child.exited;
      await reading;
    },
  };
}
