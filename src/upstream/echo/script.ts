/** What the echo provider understands of a request, whichever wire format it came in. */
export interface EchoRequest {
  /** The user's last text, without what clients add to it in `<system-reminder>` tags. */
  readonly text: string;
  /** Texts of the tool results in the last turn. */
  readonly toolResults: readonly string[];
  /** Asked for by a JSON schema: the answer has to be an object with these members. */
  readonly members: readonly string[] | null;
  /** Size of the whole request, from which the token counts are made. */
  readonly bytes: number;
}

interface EchoToolCall {
  readonly name: string;
  readonly input: unknown;
}

/** What the echo provider does. */
export interface EchoPlan {
  readonly error: { readonly status: number; readonly message: string } | null;
  readonly thinking: string;
  readonly text: string;
  readonly toolCalls: readonly EchoToolCall[];
  /** Pause between two pieces of text, in milliseconds. */
  readonly pauseMs: number;
  /** The stream ends before the answer is complete. */
  readonly cut: boolean;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** How echo is told what to do; the reply to `echo:help` shows it. */
const ECHO_HELP = [
  'I repeat what you say. A line that starts with "echo:" tells me to do something else:',
  '  echo:say TEXT            answer with this text',
  '  echo:think TEXT          think it first',
  '  echo:tool NAME {"…":…}   call a tool; several lines call several at once',
  '  echo:error 529 TEXT      answer with this HTTP status',
  '  echo:slow 200            pause that many milliseconds between words (at most 5000)',
  '  echo:cut                 break the stream off in the middle',
].join('\n');

const MAX_PAUSE_MS = 5000;

/**
 * The same request always gives the same plan. Lines that start with `echo:` say what to do
 * ({@link ECHO_HELP}); without one the user's text comes back, or what the tools answered.
 */
export function planEcho(request: EchoRequest): EchoPlan {
  const plan = {
    error: null as EchoPlan['error'],
    thinking: '',
    text: '',
    toolCalls: [] as EchoToolCall[],
    pauseMs: 0,
    cut: false,
  };
  const said: string[] = [];
  // The results of a tool come back with the prompt that asked for it still in the history.
  const lines = request.toolResults.length > 0 ? [] : request.text.split('\n');
  for (const line of lines) {
    const directive = /^\s*echo:(\w+)\s*(.*)$/.exec(line);
    if (directive === null) continue;
    const [, verb = '', rest = ''] = directive;
    if (verb === 'say') said.push(rest);
    else if (verb === 'think') plan.thinking += rest;
    else if (verb === 'tool') plan.toolCalls.push(toolCall(rest));
    else if (verb === 'slow') plan.pauseMs = Math.min(MAX_PAUSE_MS, Math.max(0, Number(rest) || 0));
    else if (verb === 'cut') plan.cut = true;
    else if (verb === 'help') said.push(ECHO_HELP);
    else if (verb === 'error') plan.error = errorPlan(rest);
  }
  plan.text = said.length > 0 ? said.join('\n') : plainAnswer(request, plan.toolCalls.length > 0);
  const words = plan.thinking + plan.text + JSON.stringify(plan.toolCalls);
  return {
    ...plan,
    inputTokens: tokens(request.bytes),
    outputTokens: tokens(words.length),
  };
}

/** A round figure of four bytes a token, at least one. */
export function tokens(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 4));
}

function plainAnswer(request: EchoRequest, callsTools: boolean): string {
  if (request.members !== null) {
    const value = request.text.trim().split(/\s+/).slice(0, 6).join(' ') || 'echo';
    return JSON.stringify(Object.fromEntries(request.members.map((name) => [name, value])));
  }
  if (request.toolResults.length > 0)
    return `The tools answered: ${request.toolResults.join('\n')}`;
  return callsTools ? '' : `echo: ${request.text.trim()}`;
}

function toolCall(text: string): EchoToolCall {
  const [, name = 'unnamed', json = ''] = /^(\S+)\s*(.*)$/.exec(text) ?? [];
  try {
    return { name, input: json === '' ? {} : JSON.parse(json) };
  } catch {
    return { name, input: { unreadable: json } };
  }
}

function errorPlan(text: string): EchoPlan['error'] {
  const [, code = '', message = ''] = /^(\d{3})?\s*(.*)$/.exec(text) ?? [];
  const status = Number(code);
  return {
    status: status >= 400 && status <= 599 ? status : 500,
    message: message === '' ? 'The prompt asked for this error.' : message,
  };
}
