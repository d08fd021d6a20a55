import type { Compat } from '../../providers/spec.ts';
import { JsonNode } from '../json-node.ts';
import { deleteField } from '../json-path.ts';
import type { Repair, RepairContext, RepairRule } from './repair.ts';

/** Names of fields in the words of vendors that reject one, with their paths where they tell them. */
const WORDINGS: readonly {
  readonly vendor: string;
  readonly sample: string;
  /** Groups `path`, `name` or both. */
  readonly pattern: RegExp;
}[] = [
  {
    vendor: 'Anthropic, Bedrock, FastAPI',
    sample: 'tools.0.custom.defer_loading: Extra inputs are not permitted',
    pattern: /(?<path>[\w$.[\]-]+): Extra inputs are not permitted/gi,
  },
  {
    vendor: 'vLLM',
    sample:
      "1 validation error:\n {'type': 'extra_forbidden', 'loc': ('body', 'context_management'), 'msg': 'Extra inputs are not permitted'}",
    pattern: /'extra_forbidden', 'loc': \('body', (?<path>[^)]*)\)/gi,
  },
  {
    vendor: 'Fireworks',
    sample: "Extra inputs are not permitted, field: 'messages[2].reasoning_content'",
    pattern: /Extra inputs are not permitted, field: '(?<path>[^']+)'/gi,
  },
  {
    vendor: 'servers in Rust and Go',
    sample:
      'Failed to deserialize the JSON body: unknown field `context_management`, expected one of',
    pattern: /(?:(?<path>[\w.[\]]+): )?unknown field [`"'](?<name>[^`"']+)[`"']/gi,
  },
  {
    vendor: 'OpenAI',
    sample: 'Unrecognized request argument supplied: stream_options',
    pattern: /Unrecognized request arguments? supplied: (?<name>\w+)/gi,
  },
  {
    vendor: 'OpenAI',
    sample: "Unsupported parameter: 'parallel_tool_calls' is not supported with this model.",
    pattern:
      /(?:Unknown|Unsupported|Unrecognized) (?:parameter|field|argument|key):? [`'"]?(?<path>[\w.[\]]+)/gi,
  },
  {
    vendor: 'Groq, Cerebras',
    sample:
      "'messages.2' : for 'role:assistant' the following must be satisfied[('messages.2' : property 'reasoning_content' is unsupported)]",
    pattern: /(?:'(?<path>[\w.]+)' ?: )?property '(?<name>\w+)' is (?:unsupported|not supported)/gi,
  },
  {
    vendor: 'Gemini',
    sample: `Invalid JSON payload received. Unknown name "strict" at 'tools[0].function': Cannot find field.`,
    pattern: /Unknown name \\?"(?<name>\w+)\\?"(?: at '(?<path>[^']+)')?/gi,
  },
  {
    vendor: 'xAI',
    sample: 'Argument not supported on this model: stop',
    pattern: /(?:Argument|Parameter) not supported(?: on this model)?: (?<name>\w+)/gi,
  },
  {
    vendor: 'others',
    sample: 'This model does not support the parameter `top_p`.',
    pattern: /(?:not|n't) support (?:the )?(?:parameter|argument|field) [`'"]?(?<name>\w+)/gi,
  },
  {
    vendor: 'others',
    sample: '`reasoning_effort` is not supported with this model',
    pattern:
      /[`'"](?<name>\w+)[`'"] (?:parameter |field )?is not (?:supported|allowed|permitted)/gi,
  },
];

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** Names that the paths of pydantic's unions have in them, and JSON doesn't. */
const UNION_TAGS = words(
  `custom function text image document tool_use tool_result thinking redacted_thinking search_result
  enabled adaptive disabled ephemeral union list dict str`,
);

/** Without these a request says something else, or nothing. */
const ESSENTIAL = words(
  `model messages system tools role content type text name id source stream
  input_schema function parameters properties arguments input tool_use_id tool_calls tool_call_id
  max_tokens max_completion_tokens`,
);

/**
 * A field that the upstream doesn't know is taken out: by its flag where there is one, which may
 * know a better way, else by its path.
 */
export function fieldRule(
  sample: string,
  byFlag: Readonly<Record<string, Partial<Compat>>>,
): RepairRule {
  return {
    vendor: 'all, for fields that they do not know',
    sample,
    repair: (context) =>
      rejectedFields(context.problem.text).flatMap((field) => {
        const flag = byFlag[field.name];
        if (flag !== undefined) return mentions(context, field.name) ? [{ compat: flag }] : [];
        return ESSENTIAL.has(field.name) ? [] : withoutField(field, context);
      }),
  };
}

interface RejectedField {
  readonly name: string;
  /** All steps, the name last. */
  readonly steps: readonly string[];
}

function rejectedFields(text: string): RejectedField[] {
  return WORDINGS.flatMap(({ pattern }) => [...text.matchAll(pattern)]).flatMap((match) => {
    const { path = '', name } = match.groups ?? {};
    const steps = path.split(/['",.[\]\s]+/).filter((step) => step !== '');
    if (name !== undefined) steps.push(...name.split('.'));
    const last = steps.at(-1);
    return last === undefined || /^\d+$/.test(last) ? [] : [{ name: last, steps }];
  });
}

/** Vendors write their own unions into paths, so each reading is tried on what was sent. */
function withoutField({ steps }: RejectedField, { sent }: RepairContext): Repair[] {
  const listed = steps.map((step) => (/^\d+$/.test(step) ? '*' : step));
  const last = listed.at(-1) ?? '';
  const inner = listed.slice(1, -1).filter((step) => !UNION_TAGS.has(step));
  const plain = listed.length === 1 ? listed : [listed[0] ?? '', ...inner, last];
  const path = [listed, plain, [last]].map((one) => one.join('.')).find((one) => exists(one, sent));
  return path === undefined ? [] : [{ compat: { withoutFields: [path] } }];
}

function exists(path: string, sent: JsonNode): boolean {
  const before = sent.bytes();
  const copy = JsonNode.parse(before);
  deleteField(copy, path);
  return copy.bytes().length !== before.length;
}

function mentions({ sent }: RepairContext, name: string): boolean {
  return sent.bytes().includes(`"${name}"`);
}

/** For tests. */
export const FIELD_SAMPLES: readonly string[] = WORDINGS.map(({ sample }) => sample);
