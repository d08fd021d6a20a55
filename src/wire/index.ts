import type { WireName } from '../providers/spec.ts';
import { anthropicMessages } from './anthropic-messages/index.ts';
import { openaiChat } from './openai-chat/index.ts';
import type { WireFormat } from './wire-format.ts';

const FORMATS: Record<WireName, WireFormat> = {
  'anthropic-messages': anthropicMessages,
  'openai-chat': openaiChat,
};

export function wireFormat(name: WireName): WireFormat {
  return FORMATS[name];
}
