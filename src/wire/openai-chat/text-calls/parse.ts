import { asObject, isObject, nonEmpty, type JsonObject } from '../../json.ts';
import type { OfferedTool, OfferedTools } from '../offered-tools.ts';
import { objectAt, parameterValue, readObject } from './values.ts';

/** A call that a model wrote as text. */
export interface TextCall {
  readonly tool: OfferedTool;
  readonly input: JsonObject;
}

export interface ParsedCalls {
  readonly calls: readonly TextCall[];
  /** Behind the last call and the tags that end it. */
  readonly end: number;
  /** It is no call of a tool that was offered, whatever may follow. */
  readonly foreign: boolean;
}

/** What surrounds calls and says nothing. */
const AROUND =
  /(?:\s+|<\/?(?:tool_call|tool_calls|function_calls|minimax:tool_call)>|<｜tool▁(?:calls▁begin|calls▁end|call▁end)｜>|<\|tool_calls?_(?:section_begin|section_end|end)\|>|<\|python_tag\|>|\[(?:END_)?TOOL_REQUEST\]|<\|(?:im_end|eom_id|eot_id)\|>|<｜end▁of▁sentence｜>)/y;

/** DeepSeek's and MiniMax's tags are those of others behind marks of their own. */
const FOREIGN_MARKS = /(?<=<\/?)(?:[|｜‖]{1,2}DSML[|｜‖]{1,2})|\]<\]minimax\[>\[/g;

type Unit = (text: string, at: number, tools: OfferedTools) => FoundCall | null;
interface FoundCall {
  readonly name: string;
  /** `null`: not whole. */
  readonly input: ((tool: OfferedTool) => JsonObject | null) | null;
  readonly end: number;
}

/** Reads calls, one behind the other, from the start of the text. */
export function parseCalls(source: string, tools: OfferedTools): ParsedCalls & { text: string } {
  const text = source.replaceAll(FOREIGN_MARKS, '');
  const calls: TextCall[] = [];
  let end = skipAround(text, 0);
  for (;;) {
    const found = UNITS.map((unit) => unit(text, end, tools)).find((one) => one !== null);
    if (found === undefined || found === null) return { calls, end, foreign: false, text };
    const tool = tools.find(found.name);
    if (tool === undefined) return { calls, end, foreign: true, text };
    const input = found.input?.(tool) ?? null;
    if (input === null) return { calls, end, foreign: false, text };
    calls.push({ tool, input });
    end = skipAround(text, found.end);
  }
}

function skipAround(text: string, from: number): number {
  let at = from;
  for (;;) {
    AROUND.lastIndex = at;
    const length = AROUND.exec(text)?.[0].length ?? 0;
    if (length === 0) return at;
    at += length;
  }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** `{"name": "Bash", "arguments": { … }}` and its variants. */
const json: Unit = (text, at) => {
  const found = objectAt(text, at, '</tool_call>');
  return found === null ? null : fromObject(found.value, found.end);
};

/** Only these keys make an object a call: anything else may be data that has a name. */
const CALL_KEYS = new Set([
  'name',
  'arguments',
  'parameters',
  'input',
  'args',
  'type',
  'id',
  'function',
  'tool',
]);

function fromObject(value: JsonObject, end: number): FoundCall | null {
  if (Object.keys(value).some((key) => !CALL_KEYS.has(key))) return null;
  const inner = isObject(value['function']) ? value['function'] : value;
  const name = nonEmpty(inner['name']) ?? nonEmpty(value['function']) ?? nonEmpty(value['tool']);
  const args = inner['arguments'] ?? inner['parameters'] ?? inner['input'] ?? inner['args'];
  if (name === undefined || args === undefined) return null;
  const input = typeof args === 'string' ? readObject(args) : isObject(args) ? args : null;
  return { name, end, input: () => input };
}

/** `[TOOL_CALLS]` with a list of objects, or with a name and its arguments. */
const mistral: Unit = (text, at) => {
  const list = matchAt(/\[TOOL_CALLS\]\s*\[|,\s*(?=\{)/y, text, at);
  if (list !== null) {
    const found = objectAt(text, at + list[0].length);
    const call = found === null ? null : fromObject(found.value, found.end);
    if (call === null) return null;
    const closing = matchAt(/\s*\]/y, text, call.end);
    return { ...call, end: call.end + (closing?.[0].length ?? 0) };
  }
  const named = matchAt(
    /\[TOOL_CALLS\]\s*([\w.:-]+)\s*(?:\[CALL_ID\][\w-]*)?\s*(?:\[ARGS\])?\s*(?=\{)/y,
    text,
    at,
  );
  if (named === null) return null;
  const found = objectAt(text, at + named[0].length);
  return {
    name: named[1] ?? '',
    input: found === null ? null : () => found.value,
    end: found?.end ?? at,
  };
};

/** DeepSeek: a name, a separator, JSON, which the older models put into a code fence. */
const deepseek: Unit = (text, at) => {
  const head = matchAt(
    /<｜tool▁call▁begin｜>(?:function<｜tool▁sep｜>)?\s*([\w.:-]+)\s*(?:<｜tool▁sep｜>|\n)\s*(?:```(?:json)?\s*)?/y,
    text,
    at,
  );
  if (head === null) return null;
  return named(head, text, at, '<｜tool▁call▁end｜>');
};

/** Kimi: the call's id, which has the name in it, then JSON. */
const kimi: Unit = (text, at) => {
  const head = matchAt(
    /<\|tool_call_begin\|>\s*([\w.:-]+)\s*<\|tool_call_argument_begin\|>/y,
    text,
    at,
  );
  return head === null ? null : named(head, text, at, '<|tool_call_end|>');
};

function named(head: RegExpExecArray, text: string, at: number, closer: string): FoundCall {
  const found = objectAt(text, at + head[0].length, closer);
  const fence = found === null ? null : matchAt(/\s*```/y, text, found.end);
  return {
    name: head[1] ?? '',
    input: found === null ? null : () => found.value,
    end: found === null ? at : found.end + (fence?.[0].length ?? 0),
  };
}

/** GLM: a name, then keys and values in turn. Without its end there may be more of them. */
const glm: Unit = (text, at) => {
  const head = matchAt(/([\w.:-]+)\s*(?=<arg_key>|<\/tool_call>)/y, text, at);
  const close = text.indexOf('</tool_call>', at);
  if (head === null) return null;
  const name = head[1] ?? '';
  if (close === -1) return { name, input: null, end: at };
  const pair =
    /<arg_key>([\s\S]*?)<\/arg_key>\s*<arg_value>([\s\S]*?)<\/arg_value>\s*(?=<arg_key>|<\/tool_call>)/y;
  const values: (readonly [string, string, undefined])[] = [];
  let end = at + head[0].length;
  for (let match = matchAt(pair, text, end); match !== null; match = matchAt(pair, text, end)) {
    values.push([match[1]?.trim() ?? '', match[2] ?? '', undefined]);
    end += match[0].length;
  }
  if (!text.startsWith('</tool_call>', end)) return { name, input: null, end: at };
  return { name, input: (tool) => typed(values, tool), end };
};

/** `<function=NAME><parameter=KEY>value</parameter></function>` (Qwen3 Coder). */
const qwen: Unit = (text, at) =>
  tagged(text, at, /<function=([^>\s]+)\s*>\s*/y, '</function>', /<parameter=([^>\s]+)\s*>/y);

/** `<invoke name="NAME"><parameter name="KEY">value</parameter></invoke>` (MiniMax, DeepSeek). */
const invoke: Unit = (text, at) =>
  tagged(
    text,
    at,
    /<invoke name=["']?([^"'>]+)["']?\s*>\s*/y,
    '</invoke>',
    /<parameter name=["']?([^"'>]+?)["']?(?:\s+string=["']?(true|false)["']?)?\s*>/y,
  );

function tagged(
  text: string,
  at: number,
  opening: RegExp,
  closing: string,
  parameter: RegExp,
): FoundCall | null {
  const head = matchAt(opening, text, at);
  if (head === null) return null;
  const name = head[1] ?? '';
  // A value may contain closing tags: its own is followed by another parameter or by the end.
  const ends = new RegExp(`</parameter>\\s*(?=<parameter|${closing})`, 'g');
  const values: (readonly [string, string, string | undefined])[] = [];
  let end = at + head[0].length;
  for (let one = matchAt(parameter, text, end); one !== null; one = matchAt(parameter, text, end)) {
    const from = end + one[0].length;
    const stop = matchAt(ends, text, from);
    if (stop === null) return { name, input: null, end: at };
    values.push([one[1] ?? '', withoutLineEnds(text.slice(from, stop.index)), one[2]]);
    end = stop.index + stop[0].length;
  }
  if (!text.startsWith(closing, end)) return { name, input: null, end: at };
  return { name, input: (tool) => typed(values, tool), end: end + closing.length };
}

/** The line ends that stand between a value and its tags. */
function withoutLineEnds(value: string): string {
  return value.replace(/^\n/, '').replace(/\n$/, '');
}

function typed(
  values: readonly (readonly [string, string, string | undefined])[],
  tool: OfferedTool,
): JsonObject {
  const properties = asObject(tool.parameters['properties']);
  return Object.fromEntries(
    values.map(([key, text, isText]) => {
      const schema =
        isText === undefined ? properties[key] : { type: isText === 'true' ? 'string' : 'any' };
      return [key, parameterValue(text, schema)];
    }),
  );
}

const UNITS: readonly Unit[] = [json, mistral, deepseek, kimi, qwen, invoke, glm];
