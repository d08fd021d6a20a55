import { Hono } from 'hono';
import { GatewayError } from '../core/errors.ts';
import { randomId } from '../lib/id.ts';
import { cacheStats, flushCache } from './admin/cache.ts';
import { config } from './admin/config.ts';
import { openLease, requireControl, shutdown, stay } from './admin/control.ts';
import { openapi } from './admin/openapi.ts';
import { reload } from './admin/reload.ts';
import { getRequest, listRequests } from './admin/requests.ts';
import { listRoutes } from './admin/routes.ts';
import { status } from './admin/status.ts';
import { usage } from './admin/usage.ts';
import { checkClientToken } from './client-auth.ts';
import { clientKind } from './client-kind.ts';
import type { HttpContext, HttpEnv } from './context.ts';
import { cors } from './cors.ts';
import { health, probe } from './endpoints/health.ts';
import { messagesEndpoint } from './endpoints/messages.ts';
import { metrics } from './endpoints/metrics.ts';
import { getModel, listModels } from './endpoints/models.ts';
import { streamEndpoint } from './endpoints/stream.ts';
import { errorResponse, toGatewayError } from './error-response.ts';
import { observeRequests } from './observe-requests.ts';

/** Every endpoint, in one place. What is not here is a 404 with an Anthropic error body. */
export function createApp(http: HttpContext): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  const patterns = new Set<string>();

  app.use(async (c, next) => {
    c.set('requestId', randomId('req_'));
    await next();
  });
  app.use(observeRequests(http.metrics.request, patterns));
  app.use(cors);
  app.get('/health', health(http));
  app.get('/', probe);
  app.get('/api/hello', probe);

  app.use('/v1/admin/leases', requireControl(http));
  app.post('/v1/admin/leases', openLease(http));
  app.use('/v1/admin/shutdown', requireControl(http));
  app.post('/v1/admin/shutdown', shutdown(http));
  app.use('/v1/admin/stay', requireControl(http));
  app.post('/v1/admin/stay', stay(http));

  app.get('/v1/stream', streamEndpoint(http));

  app.use(async (c, next) => {
    checkClientToken(c.req.raw.headers, http.clientToken);
    await next();
  });
  app.post('/v1/messages', messagesEndpoint('messages', http));
  app.post('/v1/messages/count_tokens', messagesEndpoint('count_tokens', http));
  app.get('/v1/models', listModels(http));
  app.get('/v1/models/*', getModel(http));
  app.get('/v1/admin/status', status(http));
  app.post('/v1/admin/reload', reload(http));
  app.get('/v1/admin/cache', cacheStats(http));
  app.delete('/v1/admin/cache', flushCache(http));
  app.get('/v1/admin/routes', listRoutes(http));
  app.get('/v1/admin/usage', usage(http));
  app.get('/v1/admin/requests', listRequests(http));
  app.get('/v1/admin/requests/:id', getRequest(http));
  app.get('/v1/admin/config', config(http));
  app.get('/v1/admin/openapi.json', openapi());
  app.get('/metrics', metrics(http));

  app.notFound((c) => {
    throw new GatewayError('unknown_endpoint', `There is no ${c.req.method} ${c.req.path} here.`);
  });
  app.onError((thrown, c) => {
    const error = toGatewayError(thrown);
    if (error.kind === 'internal') http.log.error(`${c.get('requestId')} ${describe(thrown)}`);
    return errorResponse(error, {
      requestId: c.get('requestId'),
      client: clientKind(c.req.raw.headers),
    });
  });
  for (const { method, path } of app.routes) if (method !== 'ALL') patterns.add(path);
  return app;
}

/** For the log only: where an unexpected error came from. */
function describe(error: Error): string {
  const cause = error.cause instanceof Error ? error.cause : error;
  return cause.stack ?? cause.message;
}
