import type { WireFormat } from '../wire-format.ts';
import { decodeError } from './errors.ts';
import { repairRules } from './repairs.ts';
import { endpointURL } from './endpoint.ts';
import { encodeRequest } from './request.ts';

/** OpenAI's chat completions, as spoken by most vendors. */
export const openaiChat: WireFormat = {
  name: 'openai-chat',
  url: (target, model) => endpointURL({ target, model }),
  countsTokens: ({ provider }) => provider.endpoints['openai-chat']?.tokenCount !== undefined,
  encode: encodeRequest,
  decodeError,
  repairRules,
};
