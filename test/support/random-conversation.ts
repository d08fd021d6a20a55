import type { Json } from './openai-chat.ts';
import type { Random } from './random.ts';

/** A tool call of a conversation, and what came of it. */
export interface ToolPair {
  readonly name: string;
  readonly input: Json;
  /** Part of the result's text; `null`: the turn was interrupted before there was one. */
  readonly result: string | null;
}

export interface Conversation {
  readonly request: Json;
  /** In the order of the calls. */
  readonly pairs: readonly ToolPair[];
  /** Everything that somebody said, each once. */
  readonly said: readonly string[];
}

const NAMES = ['Bash', 'Read', `mcp__${'server'.repeat(10)}__tool`, '9to5'];
const PNG = {
  type: 'image',
  source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' },
};

/** A conversation as Claude Code has them: turns with parallel calls whose results come in any order. */
export function randomConversation(random: Random): Conversation {
  const pairs: ToolPair[] = [];
  const said: string[] = [];
  const messages: Json[] = [];
  let count = 0;
  const words = (kind: string): string => {
    count += 1;
    const text = `${kind}-${count}${random.pick(['', ' é🎉', '\n"quoted"', ' <b>'])}`;
    said.push(text);
    return text;
  };
  const text = (kind: string) => ({ type: 'text', text: words(kind) });
  const user = (content: unknown) => messages.push({ role: 'user', content });
  user(random.below(2) === 0 ? words('prompt') : [text('prompt')]);
  for (let turn = 1 + random.below(6); turn > 0; turn -= 1) {
    const calls = random.list(3, () => {
      count += 1;
      const id = random.pick([`toolu_${count}`, `call:${count}`, `${'x'.repeat(60)}${count}`]);
      const input = random.pick<Json>([{}, { command: `c${count}` }, { deep: { list: [count] } }]);
      return { type: 'tool_use', id, name: random.pick(NAMES), input };
    });
    messages.push({
      role: 'assistant',
      content: [
        ...(random.below(2) === 0 ? [{ type: 'thinking', thinking: 'hm', signature: '' }] : []),
        ...(calls.length === 0 || random.below(2) === 0 ? [text('answer')] : []),
        ...calls,
      ],
    });
    if (random.below(4) === 0) messages.push({ role: 'system', content: words('system') });
    const results = calls.flatMap(({ id, name, input }) => {
      const interrupted = random.below(8) === 0;
      const result = interrupted ? null : words('result');
      pairs.push({ name, input, result });
      if (result === null) return [];
      const content = random.pick<unknown>([result, [{ type: 'text', text: result }, PNG]]);
      return [{ type: 'tool_result', tool_use_id: id, content, is_error: random.below(5) === 0 }];
    });
    if (random.below(2) === 0) results.reverse();
    const more = random.list(2, () => text(random.pick(['prompt', '<system-reminder>'])));
    if (results.length + more.length > 0) user([...results, ...more]);
    else user(words('prompt'));
  }
  const request = {
    model: 'm',
    max_tokens: 1024,
    stream: true,
    thinking: random.pick<unknown>([{ type: 'adaptive' }, { type: 'disabled' }, undefined]),
    system: [{ type: 'text', text: words('system') }],
    messages,
    tools: NAMES.map((name) => ({
      name,
      description: 'd',
      input_schema: { type: 'object', properties: {} },
    })),
  };
  return { request, pairs, said };
}
