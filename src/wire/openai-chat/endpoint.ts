import type { EncodeContext } from './context.ts';

const DEFAULT_PATH = '/chat/completions';

/**
 * The address of chat completions. Azure's depends on the form of the base URL, which the
 * provider's row says; `apiVersion` becomes `api-version`.
 */
export function endpointURL({ target, model }: Pick<EncodeContext, 'target' | 'model'>): string {
  const row = target.provider.endpoints['openai-chat']?.paths?.find((one) =>
    one.match.test(target.baseURL),
  );
  const path = (row?.path ?? DEFAULT_PATH).replace('{model}', encodeURIComponent(model));
  const version = target.apiVersion ?? row?.apiVersion;
  const query = version === undefined ? '' : `?api-version=${encodeURIComponent(version)}`;
  return target.baseURL + path + query;
}

/**
 * Built from nothing: what the client sent is for Anthropic, its credential above all. An encoded
 * body would have to be decoded here, so `identity` is asked for.
 */
export function endpointHeaders({ target }: EncodeContext, stream: boolean): Headers {
  const headers = new Headers({
    accept: stream ? 'text/event-stream' : 'application/json',
    'accept-encoding': 'identity',
    'content-type': 'application/json',
    'user-agent': 'cc-route',
  });
  for (const extra of [target.provider.headers ?? {}, target.headers]) {
    for (const [name, value] of Object.entries(extra)) headers.set(name, value);
  }
  return headers;
}
