import type { ChatTool, ChatToolChoice } from './chat.ts';
import { DEFERRED_RESERVE, toolChanges } from '../tool-changes.ts';
import type { EncodeContext } from './context.ts';
import { asText, asObject, malformed, nonEmpty, objects, type JsonObject } from '../json.ts';
import { allowsStrict, toolParameters } from './schema/index.ts';

/**
 * The tools that the model may call now: not those whose loading is deferred, unless a tool search
 * in the history brought them in, and as changed by the conversation so far.
 *
 * @throws GatewayError `malformed_request` where there are more than the vendor accepts.
 */
export function chatTools(context: EncodeContext): ChatTool[] {
  const { compat, request, names, target } = context;
  const history = toolChanges(request['messages']);
  const declared = [...objects(request['tools']), ...history.defined];
  const chosen = new Map<string, JsonObject>();
  for (const tool of declared) {
    const type = nonEmpty(tool['type']) ?? 'custom';
    const name = asText(tool['name']);
    if (type !== 'custom' || name === DEFERRED_RESERVE || history.removed.has(name)) continue;
    if (tool['defer_loading'] === true && !history.referenced.has(name)) continue;
    chosen.set(name, tool);
  }
  if (!compat.tools || forbidsTools(context)) return [];
  if (compat.maxTools !== null && chosen.size > compat.maxTools) {
    throw malformed(
      `${chosen.size} tools, but ${target.provider.label} (route ${target.route}) accepts at most ` +
        `${compat.maxTools}. Disconnect some MCP servers, or set ENABLE_TOOL_SEARCH=true`,
    );
  }
  return [...chosen.values()].map((tool): ChatTool => {
    const schema = tool['input_schema'];
    const strict = compat.strict && tool['strict'] === true && allowsStrict(schema);
    return {
      type: 'function',
      function: {
        name: names.toUpstream(asText(tool['name'])),
        description: nonEmpty(tool['description']) ?? '',
        parameters: toolParameters(schema, compat.schemaDialect),
        ...(strict ? { strict } : {}),
      },
    };
  });
}

/** No tool may be called, and the vendor has no other word for that than to offer none. */
function forbidsTools({ request, compat }: EncodeContext): boolean {
  const forbidden = asObject(request['tool_choice'])['type'] === 'none';
  return forbidden && compat.forcedToolChoice === 'never';
}

/** `tool_choice` in OpenAI's words; only ever sent together with tools. */
export function toolChoice(
  tools: readonly ChatTool[],
  { request, compat, names, thinking }: EncodeContext,
): { tool_choice?: ChatToolChoice; parallel_tool_calls?: false } {
  const choice = asObject(request['tool_choice']);
  if (choice['type'] === undefined) return {};
  const parallel =
    choice['disable_parallel_tool_use'] === true && compat.parallelToolCalls
      ? { parallel_tool_calls: false as const }
      : {};
  const mayForce =
    compat.forcedToolChoice === 'always' ||
    (compat.forcedToolChoice === 'without-thinking' && !thinking.on && !compat.thinkingAlwaysOn);
  return { tool_choice: choiceOf(choice, tools, mayForce, names), ...parallel };
}

function choiceOf(
  choice: JsonObject,
  tools: readonly ChatTool[],
  mayForce: boolean,
  names: EncodeContext['names'],
): ChatToolChoice {
  if (choice['type'] === 'none') return 'none';
  if (!mayForce) return 'auto';
  if (choice['type'] === 'any') return 'required';
  if (choice['type'] !== 'tool') return 'auto';
  const name = names.toUpstream(asText(choice['name']));
  const known = tools.some((tool) => tool.function.name === name);
  return known ? { type: 'function', function: { name } } : 'auto';
}
