import { z } from 'zod';
import { DEFAULTS, LONG_CONTEXT_TOKENS, MAX_PORT, MAX_TIMER_MS } from './defaults.ts';
import { budget, log, usage } from './schema-operations.ts';
import { modelName, modelRoutesSchema } from './schema-route.ts';

/** A whole number of milliseconds that a timer can wait. */
const duration = (description: string, byDefault: number, least = 1) =>
  z
    .int()
    .min(least)
    .max(MAX_TIMER_MS)
    .meta({
      description,
      default: byDefault,
      examples: [byDefault],
    });

const count = (description: string, byDefault: number, least: number, most?: number) => {
  const number = z.int().min(least);
  return (most === undefined ? number : number.max(most)).meta({
    description,
    default: byDefault,
    examples: [byDefault],
  });
};

const server = z
  .strictObject({
    port: count(
      'The TCP port to listen on; 0 takes any free one. CC_ROUTE_PORT and --port override it.',
      DEFAULTS.server.port,
      0,
      MAX_PORT,
    ).optional(),
    host: z
      .string()
      .min(1, { error: 'must not be empty' })
      .meta({
        description:
          'The address to listen on. Any but a loopback address needs server.authToken. CC_ROUTE_HOST and --host override it.',
        default: DEFAULTS.server.host,
        examples: ['127.0.0.1', '::1', '0.0.0.0'],
      })
      .optional(),
    authToken: z
      .string()
      .min(1, { error: 'must not be empty; leave it out for a gateway without a token' })
      .meta({
        description:
          'What clients must show: a token, "${VARIABLE}", or "auto" for a random one per gateway that the launcher carries. Absent: none. CC_ROUTE_AUTH_TOKEN overrides it.',
        examples: ['auto', '${CC_ROUTE_TOKEN}'],
      })
      .optional(),
    allowedOrigins: z
      .array(z.string())
      .meta({
        description:
          'Origins of web pages that may call the gateway from a browser. There is no wildcard.',
        default: [],
        examples: [['http://localhost:5173']],
      })
      .optional(),
    allowedHosts: z
      .array(z.string())
      .meta({
        description:
          'Names, without a port, by which clients may address the gateway besides localhost and the loopback addresses.',
        default: [],
        examples: [['gateway.example.com']],
      })
      .optional(),
  })
  .meta({ description: 'Where the gateway listens, and whom it lets in.' });

const retry = z
  .strictObject({
    maxAttempts: count(
      'Attempts per target, the first one included; 1 means no retry.',
      DEFAULTS.retry.maxAttempts,
      1,
      20,
    ).optional(),
    baseDelayMs: duration(
      'Milliseconds before the first retry; doubled for each further one.',
      DEFAULTS.retry.baseDelayMs,
      0,
    ).optional(),
    maxDelayMs: duration(
      'The longest wait between two attempts, in milliseconds.',
      DEFAULTS.retry.maxDelayMs,
      0,
    ).optional(),
  })
  .meta({ description: 'How often and how fast a failed request is tried again.' });

const cache = z
  .strictObject({
    maxEntries: count(
      'The most answers kept; 0 keeps none.',
      DEFAULTS.cache.maxEntries,
      0,
    ).optional(),
    maxBytes: count(
      'The most bytes of answers kept; 0 keeps none.',
      DEFAULTS.cache.maxBytes,
      0,
    ).optional(),
    ttlMs: duration(
      'How long an answer is kept, in milliseconds.',
      DEFAULTS.cache.ttlMs,
    ).optional(),
    absentTemperature: z
      .enum(['skip', 'cache'])
      .meta({
        description:
          'Whether requests without a temperature are kept. The API takes 1 for it, so that two answers differ.',
        default: DEFAULTS.cache.absentTemperature,
        examples: ['skip'],
      })
      .optional(),
  })
  .meta({
    description:
      'The cache of whole answers to requests that ask for the same each time: no stream, temperature 0.',
  });

const rps = (description: string, byDefault?: number) =>
  z
    .number()
    .min(0)
    .meta({
      description,
      ...(byDefault === undefined ? {} : { default: byDefault }),
      examples: [byDefault ?? 2.5],
    });

const rateLimit = z
  .strictObject({
    rps: rps(
      'Requests per second and provider host; 0 means no limit. CC_RATE_LIMIT_RPS overrides it.',
      DEFAULTS.rateLimit.rps,
    ).optional(),
    burst: count(
      'Requests that may go out at once. CC_RATE_LIMIT_BURST overrides it.',
      DEFAULTS.rateLimit.burst,
      1,
    ).optional(),
    maxWaitMs: duration(
      'Milliseconds that a request may wait for its turn before it is refused; the turns go round among the sessions. 0: it is refused at once, with the time to wait.',
      DEFAULTS.rateLimit.maxWaitMs,
      0,
    ).optional(),
    hosts: z
      .record(
        z.string().regex(/^[\w.:[\]-]+$/, { error: 'is no host name' }),
        z.strictObject({
          rps: rps('Requests per second to this host; 0 means no limit.').optional(),
          burst: z
            .int()
            .min(1)
            .meta({ description: 'Requests to this host that may go out at once.', examples: [5] })
            .optional(),
        }),
      )
      .meta({
        description:
          'Other limits for single hosts. CC_RATE_LIMIT_PROVIDER_<HOST>_RPS and _BURST override them, with the host in upper case and underscores for dots and dashes.',
        examples: [{ 'api.deepseek.com': { rps: 2, burst: 5 } }],
      })
      .optional(),
  })
  .meta({ description: 'A limit on requests per provider host.' });

const timeouts = z
  .strictObject({
    connectMs: duration(
      'Milliseconds until a connection to a provider must stand.',
      DEFAULTS.timeouts.connectMs,
    ).optional(),
    firstByteMs: duration(
      'Milliseconds until the first byte of an answer must be there.',
      DEFAULTS.timeouts.firstByteMs,
    ).optional(),
    idleMs: duration(
      'Milliseconds of silence after which a running answer is given up.',
      DEFAULTS.timeouts.idleMs,
    ).optional(),
  })
  .meta({ description: 'How long the gateway waits for a provider.' });

/** A route by name or alias, or several, the next one where one fails. */
const routeChain = z.union([modelName, z.array(modelName).min(1)], {
  error: 'a name or a list of names',
});

const longContext = z
  .strictObject({
    route: routeChain.meta({
      description: 'Where long requests go.',
      examples: ['gpt4', ['gpt4', 'd4f']],
    }),
    threshold: count('How many tokens make a request long.', LONG_CONTEXT_TOKENS, 1).optional(),
  })
  .meta({
    description: 'Where long requests go, and from how many tokens on.',
    examples: [{ route: 'gpt4', threshold: 100_000 }],
  });

const scenarios = z
  .strictObject({
    webSearch: routeChain
      .meta({
        description:
          "Takes over Claude Code's web searches where the model that asks has no search of its own.",
        examples: ['sonar', ['sonar', 'gpt4']],
      })
      .optional(),
    background: routeChain
      .meta({
        description:
          "Takes Claude Code's small requests, such as titles: those for a claude-*haiku* model.",
        examples: ['d4f'],
      })
      .optional(),
    think: routeChain
      .meta({
        description: 'Takes requests for claude-* models with thinking switched on.',
        examples: ['g5'],
      })
      .optional(),
    image: routeChain
      .meta({
        description:
          'Takes requests with an image in the turn: for claude-* models, and for models with "vision": false.',
        examples: ['gpt4'],
      })
      .optional(),
    longContext: z
      .union([routeChain, longContext], {
        error: 'a name, a list of names, or { "route": …, "threshold": tokens }',
      })
      .meta({
        description:
          'Takes long requests: for claude-* models those above the threshold, for any other model those that exceed its context window.',
        examples: ['gpt4', { route: 'gpt4', threshold: 100_000 }],
      })
      .optional(),
  })
  .meta({
    description:
      'Routes for requests of a certain kind. They take over from claude-* names without a route of their own, and from any model that is not able to answer.',
  });

/** The schema of the configuration file. Unknown keys are errors everywhere. */
export function configSchema(presets: readonly string[]) {
  return z
    .strictObject({
      $schema: z
        .string()
        .meta({
          description:
            'The address of this schema, for editors; `cc-route config schema` prints it.',
          examples: ['./settings.cc-route.schema.json'],
        })
        .optional(),
      modelRoutes: modelRoutesSchema(presets).optional(),
      scenarios: scenarios.optional(),
      server: server.optional(),
      retry: retry.optional(),
      cache: cache.optional(),
      rateLimit: rateLimit.optional(),
      timeouts: timeouts.optional(),
      usage: usage.optional(),
      budget: budget.optional(),
      log: log.optional(),
    })
    .meta({ description: 'Configuration of cc-route, the model-routing gateway for Claude Code.' });
}

/** The configuration file's content once it is known to fit the schema. */
export type FileConfig = z.infer<ReturnType<typeof configSchema>>;

/** A JSON Schema (draft 2020-12) of the configuration file, by which editors complete and explain. */
export function configJsonSchema(presets: readonly string[]): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(configSchema(presets), { io: 'input' });
  return { $schema, title: 'cc-route', ...rest };
}
