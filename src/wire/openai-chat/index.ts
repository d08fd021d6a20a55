import type { WireFormat } from '../wire-format.ts';
import { decodeError } from './errors.ts';
import { encodeRequest } from './request.ts';

/** OpenAI's chat completions, as spoken by most vendors. */
export const openaiChat: WireFormat = {
  name: 'openai-chat',
  countsTokens: false,
  encode: encodeRequest,
  decodeError,
};
