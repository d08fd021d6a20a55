import type { Context } from 'hono';
import type { HttpContext, HttpEnv } from '../context.ts';

/** `GET /metrics`: Prometheus's text format. */
export function metrics(http: HttpContext) {
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const { contentType, text } = await http.metrics.expose();
    return c.body(text, 200, { 'content-type': contentType });
  };
}
