import { GatewayError } from '../../core/errors.ts';
import type { TokenCountEndpoint } from '../../providers/spec.ts';
import { upstreamName } from '../errors/explain.ts';
import { asNumber, asObject, jsonText } from '../json.ts';
import type { EncodedRequest, ReplyDecoder } from '../wire-format.ts';
import type { ChatTool } from './chat.ts';
import type { EncodeContext } from './context.ts';
import { endpointHeaders } from './endpoint.ts';
import { chatMessages } from './messages.ts';
import { systemMessage } from './system.ts';

const encoder = new TextEncoder();

/** Asks the upstream how many tokens the translated conversation has. */
export function countRequest(
  context: EncodeContext,
  tools: readonly ChatTool[],
  { path, count }: TokenCountEndpoint,
): EncodedRequest {
  const system = systemMessage(context, []);
  const messages = chatMessages(context);
  return {
    url: new URL(path, `${context.target.baseURL}/`).href,
    headers: endpointHeaders(context, false),
    body: encoder.encode(
      jsonText({
        model: context.model,
        messages: system === null ? messages : [system, ...messages],
        ...(tools.length > 0 ? { tools } : {}),
      }),
    ),
    decoder: countDecoder(context, count),
  };
}

/** The number in the answer as Anthropic's `{ input_tokens }`. */
function countDecoder({ target }: EncodeContext, path: readonly string[]): ReplyDecoder {
  const unreadable = (): GatewayError =>
    new GatewayError('malformed_reply', `${upstreamName(target)} answered without a token count.`);
  return {
    stream: () => {
      throw unreadable();
    },
    bodyAsStream: () => {
      throw unreadable();
    },
    body: (bytes) => {
      const tokens = asNumber(valueAt(bytes, path));
      if (tokens === undefined) throw unreadable();
      return { body: encoder.encode(JSON.stringify({ input_tokens: tokens })), usage: null };
    },
  };
}

function valueAt(bytes: Uint8Array, path: readonly string[]): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  for (const key of path) value = asObject(value)[key];
  return value;
}
