import type { WireName } from '../../src/providers/spec.ts';
import type { ChatVendor } from './chat-vendors/vendor.ts';
import type { UpstreamRequest } from './fake-upstream.ts';
import type { ReplyContent } from './reply.ts';
import type { StrictAnthropic } from './strict-anthropic.ts';
import {
  anthropicEndless,
  anthropicError,
  anthropicErrorEvent,
  anthropicEvents,
  anthropicMessage,
  anthropicOpening,
} from './vendor-anthropic.ts';
import {
  openAiChunks,
  openAiCompletion,
  openAiEndless,
  openAiError,
  openAiErrorFrame,
  openAiOpening,
} from './vendor-openai.ts';

/** How one wire format says things. */
export interface Speaker {
  whole(reply: ReplyContent, request: UpstreamRequest): object;
  events(reply: ReplyContent, request: UpstreamRequest): string[];
  opening(model: string): string[];
  endless(model: string): Generator<string, never>;
  error(status: number, message?: string): object;
  errorEvent(message: string): string;
  headers(): Record<string, string>;
}

const includeUsage = (request: UpstreamRequest) =>
  (request.json['stream_options'] as { include_usage?: boolean } | undefined)?.include_usage ===
  true;

let requestCount = 0;
const requestId = (prefix: string) => {
  requestCount += 1;
  return `${prefix}${String(requestCount).padStart(8, '0')}`;
};

export const SPEAKERS: Readonly<Record<WireName, Speaker>> = {
  'anthropic-messages': {
    whole: (reply, request) => anthropicMessage(reply, request.model),
    events: (reply, request) => anthropicEvents(reply, request.model),
    opening: anthropicOpening,
    endless: anthropicEndless,
    error: anthropicError,
    errorEvent: anthropicErrorEvent,
    headers: () => ({ 'request-id': requestId('req_01'), 'x-vendor-note': 'kept' }),
  },
  'openai-chat': {
    whole: (reply, request) => openAiCompletion(reply, request.model),
    events: (reply, request) => openAiChunks(reply, request.model, includeUsage(request)),
    opening: openAiOpening,
    endless: openAiEndless,
    error: openAiError,
    errorEvent: openAiErrorFrame,
    headers: () => ({ 'x-request-id': requestId('req_'), 'openai-version': '2020-10-01' }),
  },
};

/** The vendor's own shapes, and the wire format's for what it has no shape of its own for. */
export function speakAs(vendor: ChatVendor | StrictAnthropic, wire: WireName): Speaker {
  return {
    ...SPEAKERS[wire],
    whole: (reply, request) => vendor.whole(reply, request.json),
    events: (reply, request) => vendor.chunks(reply, request.json),
    ...('errorFrame' in vendor && vendor.errorFrame !== undefined
      ? { errorEvent: vendor.errorFrame }
      : {}),
  };
}
