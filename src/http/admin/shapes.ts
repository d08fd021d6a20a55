import { z } from 'zod';
import type { ServedRoute } from '../../core/route-summary.ts';
import type { Gateway } from '../../gateway/gateway.ts';
import type { RecentCall } from '../../telemetry/recent-calls.ts';
import { GROUPINGS, type UsageReport } from '../../usage/report.ts';
import type { ConfigAnswer } from './config.ts';
import type { StatusAnswer } from './status.ts';

/**
 * What the admin endpoints answer, for the OpenAPI document and for tests; never to check an
 * answer that goes out. Each shape is held to the type that the endpoint is written with.
 */

const count = (description: string) => z.int().min(0).meta({ description });
const ms = (description: string) => z.number().meta({ description });
const text = (description: string) => z.string().meta({ description });
const orNull = <Shape extends z.ZodType>(shape: Shape, description: string) =>
  shape.nullable().meta({ description });

export const STATUS: z.ZodType<StatusAnswer> = z.strictObject({
  version: z.string(),
  pid: z.int(),
  address: text('Where it listens.'),
  uptimeMs: ms('Milliseconds since it was started.'),
  leases: count('Claude Code sessions that are attached.'),
  activeRequests: count('Calls that are being answered.'),
  configFile: orNull(z.string(), 'null: there is none.'),
  configLoadedAt: text('ISO 8601.'),
  configError: orNull(z.string(), 'Why the file as it stands is not in force; null: it is.'),
  restartNeeded: z.array(z.string()).meta({
    description: 'Keys whose change takes effect when the gateway is started again.',
  }),
  usage: z
    .strictObject({
      waiting: count('Calls that the usage database does not have yet.'),
      lost: count('Calls that it will never have.'),
      problem: orNull(z.string(), 'Why it can not be written; null: it can.'),
    })
    .meta({ description: 'How writing usage down goes.' }),
});

const route = z.strictObject({
  name: z.string(),
  aliases: z.array(z.string()),
  provider: text("The provider's name in the catalog."),
  providerLabel: text("The provider's name for people."),
  wire: text('anthropic-messages or openai-chat.'),
  upstreamModel: text("The provider's own id of the model."),
  contextWindow: orNull(z.int(), 'In tokens; null: unknown.'),
  maxOutputTokens: orNull(z.int(), 'In tokens; null: unknown.'),
  vision: orNull(z.boolean(), 'null: unknown.'),
  pricing: orNull(
    z.strictObject({ input: z.number(), output: z.number() }),
    'USD per million tokens; null: unknown.',
  ),
  description: orNull(z.string(), "In the user's own words."),
  agent: z.boolean().meta({ description: 'Whether sessions get a subagent type of it.' }),
  builtIn: z.boolean().meta({ description: "Not from the user's file." }),
  problem: orNull(z.string(), 'Why it can not be used; null: it can.'),
  scenarios: z
    .array(z.string())
    .meta({ description: 'Kinds of request that it takes first, from scenarios.' }),
  health: z.strictObject({
    state: z.enum(['ok', 'failing', 'down']),
    failures: count('Attempts that failed in a row.'),
    problem: orNull(z.string(), 'The last failure; null: there was none.'),
  }),
  learned: z
    .array(z.strictObject({ what: z.string(), ageMs: z.number() }))
    .meta({ description: 'What its upstream refused and gets otherwise since.' }),
});

export const ROUTES: z.ZodType<{ readonly routes: readonly ServedRoute[] }> = z.strictObject({
  routes: z.array(route),
});

export const RECENT_CALL: z.ZodType<RecentCall> = z.strictObject({
  id: text('As in the request-id header of the answer.'),
  at: text('When it came, ISO 8601.'),
  endpoint: z.enum(['messages', 'count_tokens']),
  model: text('The name that the client asked for.'),
  route: orNull(z.string(), 'Where the name led; null: nowhere.'),
  provider: z.string().nullable(),
  target: orNull(z.string(), 'provider/model that answered, or was to answer.'),
  stream: z.boolean(),
  client: z.enum(['claude-code', 'other']),
  session: z.string().nullable(),
  agent: z.string().nullable(),
  status: z.int().meta({ description: 'The HTTP status that the client got.' }),
  result: text('complete, failed (in mid-answer), client_gone, or a kind of error.'),
  attempts: count('Requests that went to upstreams.'),
  cache: orNull(z.enum(['hit', 'miss', 'skip', 'shared']), 'null: not a call for the cache.'),
  firstByteMs: orNull(z.number(), 'Milliseconds; null: there was none.'),
  totalMs: ms('Milliseconds to the last byte.'),
  usage: orNull(
    z.strictObject({
      input: count('Tokens that no prompt cache had.'),
      output: count('Tokens.'),
      cacheRead: count('Tokens.'),
      cacheWrite: count('Tokens.'),
      thinking: orNull(z.int(), 'Part of the output; null: not told.'),
    }),
    'null: nothing was used, or nobody counted.',
  ),
  costUsd: orNull(z.number(), 'null: the price is not known.'),
  error: orNull(z.string(), 'Why it failed.'),
  body: text(
    'What the client sent; only where log.bodies is on and it was asked for.',
  ).exactOptional(),
  timeline: z.array(
    z.strictObject({
      atMs: ms('Milliseconds since the call came.'),
      step: z.enum([
        'routed',
        'attempt',
        'failed',
        'retry',
        'fallback',
        'circuit_open',
        'rate_limited',
        'repair',
        'cache',
        'committed',
      ]),
      route: z.string(),
      target: z.string(),
      details: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
    }),
  ),
});

export const REQUESTS: z.ZodType<{ readonly requests: readonly RecentCall[] }> = z.strictObject({
  requests: z.array(RECENT_CALL).meta({ description: 'The newest first.' }),
});

const totals = {
  requests: count('Calls.'),
  errors: count('Of these, calls that failed.'),
  input: count('Tokens that no prompt cache had.'),
  output: count('Tokens.'),
  cacheRead: count('Tokens read from prompt caches.'),
  cacheWrite: count('Tokens written to prompt caches.'),
  thinking: count('Part of the output, as far as providers tell.'),
  costUsd: z.number().meta({ description: 'Of the calls whose price is known.' }),
  unpriced: count('Calls whose price is not known.'),
};

export const USAGE: z.ZodType<UsageReport> = z.strictObject({
  summary: z.strictObject({
    totalRequests: totals.requests,
    totalErrors: totals.errors,
    totalInput: totals.input,
    totalOutput: totals.output,
    totalCacheRead: totals.cacheRead,
    totalCacheWrite: totals.cacheWrite,
    totalThinking: totals.thinking,
    totalCostUsd: totals.costUsd,
    totalUnpriced: totals.unpriced,
  }),
  details: z
    .array(
      z.strictObject({
        provider: text("The provider's address.").exactOptional(),
        model: text("The provider's id of the model.").exactOptional(),
        route: z.string().exactOptional(),
        day: text('2026-01-31, in local time.').exactOptional(),
        session: z.string().nullable().exactOptional(),
        agent: orNull(z.string(), 'null: the main conversation.').exactOptional(),
        from: text('First call of a session, ISO 8601.').exactOptional(),
        to: text('Last call of a session, ISO 8601.').exactOptional(),
        ...totals,
      }),
    )
    .meta({ description: 'A row for each group; what the groups are stands in `by`.' }),
});

export const CONFIG: z.ZodType<ConfigAnswer> = z.strictObject({
  file: orNull(z.string(), 'null: there is none.'),
  settings: z.array(
    z.strictObject({
      key: z.string(),
      value: z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.null()]),
      from: text('default, file, or the name of the variable or flag.'),
    }),
  ),
  routes: z.array(z.string()),
  warnings: z.array(z.string()),
});

export const CACHE: z.ZodType<Gateway['answers']['stats']> = z.strictObject({
  entries: count('Answers that are kept.'),
  bytes: count('About what they take in memory.'),
  maxEntries: z.int(),
  maxBytes: z.int(),
  ttlMs: z.int(),
  hits: count('Calls that were answered from it.'),
  misses: count('Calls that could have been.'),
  shared: count("Calls that were answered by an identical one's request."),
  inFlight: count('Requests under way whose answer may be kept.'),
});

export const FLUSHED = z.strictObject({ flushed: count('Answers that were forgotten.') });

export const RELOADED = z.strictObject({
  result: z.enum(['applied', 'unchanged']),
  restartNeeded: z.array(z.string()),
  configFile: z.string().nullable(),
});

export const SHUTDOWN = z.strictObject({ leases: count('Sessions that were attached.') });

export const ERROR = z.strictObject({
  type: z.literal('error'),
  error: z.strictObject({ type: z.string(), message: z.string() }),
  request_id: z.string(),
});

/** Parameters of `/v1/admin/usage`. */
export const USAGE_QUERY = z.strictObject({
  since: text('7d, 24h, today, 2026-01-31, ISO 8601 or milliseconds since 1970.').optional(),
  until: text('Like since; exclusive.').optional(),
  by: z
    .enum(GROUPINGS)
    .meta({ description: 'What the rows stand for.', default: 'model' })
    .optional(),
});

/** Parameters of `/v1/admin/requests/{id}`. */
export const REQUEST_QUERY = z.strictObject({
  body: z
    .enum(['true', 'false'])
    .meta({ description: 'With what the client sent, where log.bodies is on.' })
    .optional(),
});

/** Parameters of `/v1/admin/requests`. */
export const REQUESTS_QUERY = z.strictObject({
  limit: z.int().min(0).max(9999).meta({ description: 'At most so many.', default: 50 }).optional(),
  model: text("Part of the model's name.").optional(),
  session: z.string().optional(),
  failed: z.enum(['true', 'false']).meta({ description: 'Only those that failed.' }).optional(),
});
