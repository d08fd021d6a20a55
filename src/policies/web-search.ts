import type { Call } from '../core/call.ts';
import type { Policy } from '../core/policy.ts';
import { randomId } from '../lib/id.ts';
import { PROVIDERS } from '../providers/catalog.ts';
import type { Target } from '../providers/target.ts';
import type { Reply } from '../upstream/attempt.ts';
import { encodeMessageAsStream } from '../wire/anthropic-messages/message-stream.ts';
import { canSearch, mentionsSearch, requestedSearch, type WebSearch } from '../wire/web-search.ts';
import type { RoutedCall } from './fallback.ts';

/**
 * Sends a web search, which Claude Code asks for in a request of its own, to the routes that are
 * configured for it, where the model that was meant can't search. Without such a route the client
 * gets an answer that says so, which its model can read, instead of one that was made up.
 *
 * @param searchers the targets of `scenarios.webSearch`, in this order
 */
export function webSearch(searchers: readonly Target[]): Policy<RoutedCall, Reply> {
  const [first, ...others] = searchers.filter((target) => canSearch(target) !== false);
  return async (routed, next) => {
    const { call, targets } = routed;
    const able = canSearch(targets[0]);
    if (call.endpoint !== 'messages' || able === true || !mentionsSearch(call.body)) {
      return next(routed);
    }
    const search = requestedSearch(call.json());
    if (search === null || !search.alone) return next(routed);
    if (first !== undefined) {
      call.journal.note({ kind: 'routed', target: first, scenario: 'webSearch' });
      return next({ ...routed, targets: [first, ...others] });
    }
    return able === null ? next(routed) : refusal(call, targets[0], search);
  };
}

/** A failed search as Anthropic tells it, with the reason as text behind it. */
function refusal(call: Call, target: Target, { query }: WebSearch): Reply {
  const id = randomId('srvtoolu_');
  const message = {
    id: randomId('msg_'),
    type: 'message',
    role: 'assistant',
    model: call.model,
    content: [
      { type: 'server_tool_use', id, name: 'web_search', input: { query } },
      {
        type: 'web_search_tool_result',
        tool_use_id: id,
        content: { type: 'web_search_tool_result_error', error_code: 'unavailable' },
      },
      { type: 'text', text: explanation(target) },
    ],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 0, output_tokens: 0, server_tool_use: { web_search_requests: 0 } },
  };
  return {
    status: 200,
    headers: new Headers({
      'content-type': call.stream ? 'text/event-stream; charset=utf-8' : 'application/json',
    }),
    body: call.stream ? encodeMessageAsStream(message) : Buffer.from(JSON.stringify(message)),
    target,
    outcome: Promise.resolve({ result: 'complete', usage: null }),
  };
}

function explanation({ route, provider }: Target): string {
  const searching = PROVIDERS.filter(({ compat }) => (compat?.webSearch ?? 'none') !== 'none');
  const names = searching.map(({ label }) => label).join(', ');
  return (
    `No web search was made: ${provider.label} (route ${route}) has none. To get one, name a route ` +
    'whose model searches the web as "scenarios": { "webSearch": … } in the configuration of ' +
    `cc-route. Providers that have a search: ${names}.`
  );
}
