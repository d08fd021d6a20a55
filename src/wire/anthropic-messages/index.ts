import type { WireFormat } from '../wire-format.ts';
import { decodeError } from './errors.ts';
import { repairRules } from './repairs.ts';
import { encodeRequest, endpointURL } from './request.ts';

/** Anthropic's own format, passed through. */
export const anthropicMessages: WireFormat = {
  name: 'anthropic-messages',
  url: ({ baseURL }) => endpointURL(baseURL, 'messages'),
  countsTokens: () => true,
  encode: encodeRequest,
  decodeError,
  repairRules,
};
