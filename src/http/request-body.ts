import { GatewayError } from '../core/errors.ts';

/** Anthropic's own limit for a request (https://docs.anthropic.com/en/api/overview). */
export const MAX_BODY_BYTES = 33_554_432;

/** Content codings (RFC 9110, section 8.4.1) that a body may come in, and what undoes them. */
const DECODERS = new Map([
  ['gzip', 'gunzip'],
  ['x-gzip', 'gunzip'],
  ['deflate', 'inflate'],
  ['br', 'brotliDecompress'],
  ['zstd', 'zstdDecompress'],
] as const);

/**
 * A request's body, decoded. No more than {@link MAX_BODY_BYTES} are taken, on the wire or in
 * memory, however the length is told.
 *
 * @throws GatewayError `request_too_large`, `malformed_request` or `client_gone`
 */
export async function readBody(request: Request): Promise<Uint8Array> {
  const { headers, signal } = request;
  const declared = headers.get('content-length');
  if (Number(declared) > MAX_BODY_BYTES) throw tooLarge();
  let body: Uint8Array;
  try {
    body = declared === null ? await collect(request) : Buffer.from(await request.arrayBuffer());
  } catch (cause) {
    if (!signal.aborted) throw cause;
    throw new GatewayError('client_gone', 'The client left before its request was complete.');
  }
  const coding = headers.get('content-encoding')?.trim().toLowerCase();
  return coding === undefined || coding === '' || coding === 'identity'
    ? body
    : decode(body, coding);
}

/** A body whose length isn't told. */
async function collect(request: Request): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length);
}

async function decode(body: Uint8Array, coding: string): Promise<Uint8Array> {
  const decoder = DECODERS.get(coding as 'gzip');
  if (decoder === undefined) {
    throw new GatewayError(
      'malformed_request',
      `The content-encoding "${coding.slice(0, 40)}" is not supported; use gzip, or none.`,
    );
  }
  // Hardly any client packs its requests, so a start doesn't wait for this.
  const [{ promisify }, zlib] = await Promise.all([import('node:util'), import('node:zlib')]);
  try {
    return await promisify(zlib[decoder] as typeof zlib.gunzip)(body, {
      maxOutputLength: MAX_BODY_BYTES,
    });
  } catch (cause) {
    if ((cause as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw new GatewayError('malformed_request', `The body is not valid ${coding}.`, { cause });
  }
}

const tooLarge = (): GatewayError =>
  new GatewayError(
    'request_too_large',
    `A request may have ${MAX_BODY_BYTES / 1024 / 1024} MB at most.`,
  );
