import { z } from 'zod';
import { VERSION } from '../../version.ts';
import {
  CACHE,
  CONFIG,
  ERROR,
  FLUSHED,
  RECENT_CALL,
  RELOADED,
  REQUESTS,
  REQUESTS_QUERY,
  REQUEST_QUERY,
  ROUTES,
  SHUTDOWN,
  STATUS,
  USAGE,
  USAGE_QUERY,
} from './shapes.ts';

interface Operation {
  readonly method: 'get' | 'post' | 'delete';
  /** In OpenAPI's notation: `{id}`. */
  readonly path: string;
  readonly summary: string;
  readonly query?: z.ZodObject;
  /** `event-stream`: an answer that never ends. */
  readonly answer: z.ZodType | 'prometheus' | 'event-stream' | 'openapi';
  /** Wants the control token of the state folder. */
  readonly control?: true;
}

/** Every endpoint for operators; `app.ts` has the same. */
const OPERATIONS: readonly Operation[] = [
  { method: 'get', path: '/v1/admin/status', summary: 'How the gateway is.', answer: STATUS },
  {
    method: 'get',
    path: '/v1/admin/routes',
    summary: 'Every route, how its upstream did lately, and what was learned of it.',
    answer: ROUTES,
  },
  {
    method: 'get',
    path: '/v1/admin/requests',
    summary: 'The last calls, with what happened on their way.',
    query: REQUESTS_QUERY,
    answer: REQUESTS,
  },
  {
    method: 'get',
    path: '/v1/admin/requests/{id}',
    summary: 'One of the last calls.',
    query: REQUEST_QUERY,
    answer: RECENT_CALL,
  },
  {
    method: 'get',
    path: '/v1/admin/usage',
    summary: 'Tokens, requests and cost.',
    query: USAGE_QUERY,
    answer: USAGE,
  },
  {
    method: 'get',
    path: '/v1/admin/config',
    summary: 'The configuration in force, without its secrets.',
    answer: CONFIG,
  },
  {
    method: 'post',
    path: '/v1/admin/reload',
    summary: 'Reads the configuration file now.',
    answer: RELOADED,
  },
  { method: 'get', path: '/v1/admin/cache', summary: 'The cache of answers.', answer: CACHE },
  { method: 'delete', path: '/v1/admin/cache', summary: 'Forgets all answers.', answer: FLUSHED },
  {
    method: 'post',
    path: '/v1/admin/leases',
    summary: 'Keeps the gateway for as long as the answer is being read.',
    answer: 'event-stream',
    control: true,
  },
  {
    method: 'post',
    path: '/v1/admin/shutdown',
    summary: 'Ends the gateway after the calls under way.',
    answer: SHUTDOWN,
    control: true,
  },
  {
    method: 'post',
    path: '/v1/admin/stay',
    summary: 'Keeps the gateway beyond its last session.',
    answer: SHUTDOWN,
    control: true,
  },
  {
    method: 'get',
    path: '/v1/admin/openapi.json',
    summary: 'This document.',
    answer: 'openapi',
  },
  { method: 'get', path: '/metrics', summary: "Prometheus's text format.", answer: 'prometheus' },
];

/** The endpoints for operators as OpenAPI 3.1 describes them. */
export function openapiDocument(): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of OPERATIONS) {
    (paths[operation.path] ??= {})[operation.method] = describe(operation);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'cc-route admin API',
      version: VERSION,
      description:
        'How a running gateway is looked at and steered. Where server.authToken is set, all of it wants the token.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: 'http://127.0.0.1:3456' }],
    paths,
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'server.authToken' },
        control: {
          type: 'apiKey',
          in: 'header',
          name: 'x-cc-route-control',
          description: "The control token in the state folder's gateway.json.",
        },
      },
      schemas: { Error: schemaOf(ERROR) },
    },
  };
}

function describe(operation: Operation): Record<string, unknown> {
  const { method, path, summary, query, answer, control } = operation;
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...Object.entries(query?.shape ?? {}).map(([name, shape]) => ({
      name,
      in: 'query',
      required: false,
      schema: schemaOf(shape),
    })),
  ];
  return {
    operationId: `${method}${path.replaceAll(/[^a-z]+([a-z])/gi, (_, letter: string) => letter.toUpperCase()).replaceAll(/\W/g, '')}`,
    summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    security: control === true ? [{ control: [] }] : [{}, { token: [] }],
    responses: {
      '200': { description: 'OK', content: contentOf(answer) },
      default: {
        description: 'An error, in the form of the Anthropic API.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

function contentOf(answer: Operation['answer']): Record<string, unknown> {
  if (answer === 'prometheus') return { 'text/plain': { schema: { type: 'string' } } };
  if (answer === 'event-stream') return { 'text/event-stream': { schema: { type: 'string' } } };
  if (answer === 'openapi') return { 'application/json': { schema: { type: 'object' } } };
  return { 'application/json': { schema: schemaOf(answer) } };
}

/** OpenAPI 3.1 takes JSON Schema 2020-12 as it is. */
function schemaOf(shape: z.core.$ZodType): Record<string, unknown> {
  const { $schema: _, ...schema } = z.toJSONSchema(shape);
  return schema;
}
