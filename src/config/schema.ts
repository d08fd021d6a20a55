import { z } from 'zod';
import { DEFAULTS, MAX_PORT, MAX_TIMER_MS } from './defaults.ts';
import { modelRoutesSchema } from './schema-route.ts';

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
    maxEntries: count('The most answers kept.', 1000, 0).optional(),
    maxBytes: count('The most bytes of answers kept.', 67_108_864, 0).optional(),
    ttlMs: duration('How long an answer is kept, in milliseconds.', 300_000).optional(),
    absentTemperature: z
      .enum(['skip', 'cache'])
      .meta({
        description: 'Whether requests without a temperature are cached.',
        default: 'skip',
        examples: ['skip'],
      })
      .optional(),
  })
  .meta({ description: 'The cache of answers.' });

const rateLimit = z
  .strictObject({
    rps: z
      .number()
      .positive({ error: 'must be more than 0' })
      .meta({
        description: 'Requests per second and provider host.',
        default: 10,
        examples: [10],
      })
      .optional(),
    burst: count('Requests that may go out at once.', 20, 1).optional(),
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
      server: server.optional(),
      retry: retry.optional(),
      cache: cache.optional(),
      rateLimit: rateLimit.optional(),
      timeouts: timeouts.optional(),
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
