import { findMember } from '../../core/body-scan.ts';

/**
 * A frame's text as a request body. A socket is there for streaming, so a request that doesn't
 * say `stream` streams; one that says `false` gets its whole message in one frame.
 */
export function requestBody(text: string): Uint8Array {
  const body = Buffer.from(text, 'utf8');
  if (findMember(body, 'stream') !== null) return body;
  const end = text.lastIndexOf('}');
  // Not JSON, or an empty object: the error is told where bodies are read.
  if (end === -1 || findMember(body, 'model') === null) return body;
  return Buffer.from(`${text.slice(0, end)},"stream":true}`, 'utf8');
}
