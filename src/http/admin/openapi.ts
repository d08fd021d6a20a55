import type { Context } from 'hono';
import type { HttpEnv } from '../context.ts';

/** `GET /v1/admin/openapi.json`. It is made when somebody asks for it: a start has no use for it. */
export function openapi() {
  let document: Record<string, unknown> | null = null;
  return async (c: Context<HttpEnv>): Promise<Response> => {
    const { openapiDocument } = await import('./openapi-document.ts');
    return c.json((document ??= openapiDocument()));
  };
}
