import { deepSeek } from './deepseek.ts';
import { glm } from './glm.ts';
import { groq } from './groq.ts';
import { kimi } from './kimi.ts';
import { mistral } from './mistral.ts';
import { ollama } from './ollama.ts';
import { openRouter } from './openrouter.ts';
import type { ChatVendor } from './vendor.ts';

/** Every vendor that the tests can play, by its preset. */
export const CHAT_VENDORS: Readonly<Record<string, () => ChatVendor>> = {
  deepseek: deepSeek,
  kimi,
  groq,
  glm,
  ollama,
  mistral,
  openrouter: openRouter,
};
