import type { WireFormat } from '../wire-format.ts';
import { decodeError } from './errors.ts';
import { encodeRequest, endpointURL } from './request.ts';

/** Anthropic's own format, passed through. */
export const anthropicMessages: WireFormat = {
  name: 'anthropic-messages',
  countsTokens: true,
  url: ({ baseURL }) => endpointURL(baseURL, 'messages'),
  encode: encodeRequest,
  decodeError,
};
