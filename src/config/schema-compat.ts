import { z } from 'zod';
import { DEFAULT_COMPAT } from '../providers/compat.ts';
import { COMPAT_CHOICES, type OpenAiChatCompat } from '../providers/spec.ts';

/** The flags whose default `null` doesn't tell the type. */
const NULLABLE: Record<string, z.ZodType> = {
  efforts: z.record(z.string(), z.string()).nullable(),
  effortOff: z.string().nullable(),
  effortWithTools: z.string().nullable(),
  maxTools: z.int().min(0).nullable(),
};

function flagSchema(name: string, byDefault: OpenAiChatCompat[keyof OpenAiChatCompat]): z.ZodType {
  const choices: Record<string, readonly string[]> = COMPAT_CHOICES;
  const names = choices[name];
  if (names !== undefined) return z.enum(names);
  if (typeof byDefault === 'boolean') return z.boolean();
  if (typeof byDefault === 'number') return z.int().min(0);
  if (typeof byDefault === 'string') return z.string();
  if (Array.isArray(byDefault)) return z.array(z.string());
  return NULLABLE[name] ?? z.record(z.string(), z.json());
}

/** The schema of a route's `compat`: every flag of the openai-chat format, each optional. */
export function compatSchema() {
  const shape: Record<string, z.ZodType> = {};
  for (const [name, byDefault] of Object.entries(DEFAULT_COMPAT)) {
    shape[name] = flagSchema(name, byDefault).meta({ default: byDefault }).optional();
  }
  return z.strictObject(shape).meta({
    description: "Overrides of the provider's deviations from the plain openai-chat format.",
    examples: [{ maxTokensField: 'max_completion_tokens' }],
  });
}
