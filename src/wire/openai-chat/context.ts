import type { Call } from '../../core/call.ts';
import type { OpenAiChatCompat } from '../../providers/spec.ts';
import type { Target } from '../../providers/target.ts';
import { asObject, type JsonObject } from '../json.ts';
import { requestedThinking, type Thinking } from '../requested-thinking.ts';
import { requestedSearch, type WebSearch } from '../web-search.ts';
import type { OfferedTools } from './offered-tools.ts';
import { ToolNames } from './tool-names.ts';

/** What the parts of one request's translation share. */
export interface EncodeContext {
  readonly call: Call;
  readonly target: Target;
  readonly compat: OpenAiChatCompat;
  /** The client's body; clients send more than any type knows. */
  readonly request: JsonObject;
  /** The upstream's model id. */
  readonly model: string;
  readonly thinking: Thinking;
  /** The web search that is asked for, whether or not the target has one. */
  readonly search: WebSearch | null;
  readonly names: ToolNames;
}

/** What the reply to that request is read with. */
export interface ReplyContext extends EncodeContext {
  /** The tools that the model may call. */
  readonly tools: OfferedTools;
  /** Stop strings that are cut here, since the upstream takes too few. */
  readonly stopHere: readonly string[];
}

export function encodeContext(call: Call, target: Target): EncodeContext {
  const request = asObject(call.json());
  return {
    call,
    target,
    compat: target.compat,
    request,
    model: target.model ?? withoutWindowSuffix(call.model),
    thinking: requestedThinking(request),
    search: requestedSearch(request),
    names: new ToolNames(),
  };
}

/** `[1m]` asks Claude Code for a larger window; no upstream has a model of such a name. */
function withoutWindowSuffix(model: string): string {
  return model.replace(/\[1m\]$/i, '');
}
