import { z } from 'zod';
import { WIRE_NAMES } from '../providers/spec.ts';
import { HEADER_NAME, HEADER_VALUE, RESERVED_HEADER } from './headers.ts';
import { compatSchema } from './schema-compat.ts';

/** A route's name or alias. */
export const modelName = z
  .string()
  .min(1, { error: 'must not be empty' })
  .max(256, { error: 'must have at most 256 characters' })
  .regex(/^\P{C}*$/u, { error: 'must not contain control characters' })
  .regex(/^\S(?:.*\S)?$/u, { error: 'must not begin or end with a space' });

const price = z.number().min(0);

const pricing = z
  .strictObject({
    input: price.meta({ description: 'Per million input tokens.', examples: [2.5] }),
    output: price.meta({ description: 'Per million output tokens.', examples: [10] }),
    cacheRead: price
      .meta({
        description: 'Per million input tokens read from the prompt cache. Absent: as input.',
        examples: [1.25],
      })
      .optional(),
    cacheWrite: price
      .meta({
        description: 'Per million input tokens written to the prompt cache. Absent: as input.',
        examples: [3.125],
      })
      .optional(),
    cacheWriteHour: price
      .meta({
        description:
          'Per million input tokens written to the prompt cache for an hour. Absent: as cacheWrite.',
        examples: [5],
      })
      .optional(),
  })
  .meta({
    description: 'Prices in USD per million tokens; they decide the cost in `cc-route usage`.',
    examples: [{ input: 2.5, output: 10, cacheRead: 1.25 }],
  });

const headerName = z
  .string()
  .regex(HEADER_NAME, { error: 'is no valid header name' })
  .refine((name) => !RESERVED_HEADER.test(name), {
    error: 'is set by the gateway itself and can not be overridden',
  });

const headerValue = z.string().regex(HEADER_VALUE, {
  error:
    'holds a character that no header can carry; plain ASCII without line breaks is possible, with no space at either end',
});

const command = z
  .strictObject({
    command: z
      .string()
      .regex(/\S/, { error: 'must not be empty' })
      .meta({
        description:
          'Run by the shell; the first line of its output is the key. Kept until the provider refuses it.',
        examples: ['pass show deepseek', 'security find-generic-password -w -s openrouter'],
      }),
  })
  .meta({ description: 'A command that prints the key.' });

const KEY_FORMS = 'a string or { "command": "…" }';
const key = z.union([z.string(), command], { error: KEY_FORMS });

/** What a route's `authToken` may be. */
const authToken = z
  .union([z.string(), command, z.array(key).min(1, { error: 'must not be empty' })], {
    error: `${KEY_FORMS}, or a list of these`,
  })
  .meta({
    description:
      'The provider\'s key: the key itself, "${VARIABLE}", or a command that prints it. Several in a list take turns; one that is refused or at its limit rests. Absent: the variable that the preset knows.',
    examples: [
      '${DEEPSEEK_API_KEY}',
      { command: 'pass show deepseek' },
      ['${DEEPSEEK_API_KEY}', '${DEEPSEEK_API_KEY_2}'],
    ],
  });

/** The schema of one entry of `modelRoutes`, where `presets` are the catalog's names. */
function routeSchema(presets: readonly string[]) {
  return z
    .strictObject({
      alias: z
        .union([modelName, z.array(modelName)], { error: 'a name or a list of names' })
        .meta({
          description: 'Other names for the model, matched without regard to case.',
          examples: ['gpt4', ['d4f', 'flash']],
        })
        .optional(),
      preset: z
        .enum(presets)
        .meta({
          description: "A known provider, which gives address, wire format and the key's variable.",
          examples: ['deepseek', 'openrouter'],
        })
        .optional(),
      baseURL: z
        .string()
        .min(1, { error: 'must not be empty' })
        .meta({
          description:
            "The provider's address, up to and without /v1/messages or /chat/completions. Required without a preset; with one it replaces the preset's address.",
          examples: ['https://api.minimaxi.com/anthropic', 'http://127.0.0.1:8000/v1'],
        })
        .optional(),
      authToken: authToken.optional(),
      wire: z
        .enum(WIRE_NAMES)
        .meta({
          description:
            "The wire format that the address speaks. Absent: the preset's; else anthropic-messages for an address without a path or ending in /anthropic, openai-chat for any other.",
          examples: ['openai-chat'],
        })
        .optional(),
      model: modelName
        .meta({
          description: "The provider's own id of the model. Absent: the route's name.",
          examples: ['openai/gpt-4o'],
        })
        .optional(),
      headers: z
        .record(headerName, headerValue)
        .meta({
          description: 'Extra headers for every request of this route. "${VARIABLE}" is filled in.',
          examples: [{ 'X-Team': 'a' }],
        })
        .optional(),
      apiVersion: z
        .string()
        .regex(/^[\w.-]+$/, { error: 'may hold letters, digits, dots and dashes only' })
        .meta({
          description: 'The version of the API, for providers that ask for one, such as Azure.',
          examples: ['2024-10-21'],
        })
        .optional(),
      contextWindow: z
        .int()
        .min(1)
        .meta({ description: "The model's context window in tokens.", examples: [128_000] })
        .optional(),
      maxOutputTokens: z
        .int()
        .min(1)
        .meta({
          description: 'The most output tokens that the model accepts; larger requests are capped.',
          examples: [16_384],
        })
        .optional(),
      vision: z
        .boolean()
        .meta({ description: 'Whether the model takes images.', examples: [true] })
        .optional(),
      preflight: z
        .boolean()
        .meta({
          description:
            "Whether a request that clearly doesn't fit into the context window is refused without asking the provider, so that Claude Code compacts. For servers that cut the prompt or answer worse instead of refusing it.",
          default: false,
          examples: [true],
        })
        .optional(),
      pricing: pricing.optional(),
      description: z
        .string()
        .min(1, { error: 'must not be empty' })
        .max(400, { error: 'must have at most 400 characters' })
        .regex(/^\P{C}*$/u, { error: 'must be one line without control characters' })
        .meta({
          description:
            "What the model is good for, in any language. Shown in Claude Code's model picker, and to the main model when it chooses a subagent.",
          examples: ['Fast and cheap; good at tests, renames and small fixes.'],
        })
        .optional(),
      agent: z
        .boolean()
        .meta({
          description: 'Whether sessions get a subagent type of each alias.',
          default: true,
          examples: [false],
        })
        .optional(),
      fallback: z
        .array(modelName)
        .meta({
          description:
            'Routes to try next, in order, by name or alias. Absent: the other routes of the same provider. []: none.',
          examples: [['d4f', 'mm25']],
        })
        .optional(),
      compat: compatSchema().optional(),
    })
    .meta({
      description: 'A model: where it is, with which key, and what it can do.',
      anyOf: [{ required: ['preset'] }, { required: ['baseURL'] }],
    });
}

/** The schema of `modelRoutes`: public model names and what they stand for. */
export function modelRoutesSchema(presets: readonly string[]) {
  return z.record(modelName, routeSchema(presets)).meta({
    description:
      "The models that Claude Code can ask for. A key is a model's public name, and the provider's id of it unless `model` gives another.",
    examples: [{ 'deepseek-v4-flash': { alias: 'd4f', preset: 'deepseek' } }],
  });
}
