import { errorEnvelope, type GatewayError } from '../../core/errors.ts';

/** An error as an `error` event; an upstream's own words where it sent some in Anthropic's form. */
export function errorFrame(error: GatewayError, requestId?: string): string {
  if (error.passthrough !== undefined) {
    const text = Buffer.from(error.passthrough.body).toString('utf8').trim();
    if (isErrorEvent(text)) return text;
  }
  return JSON.stringify(errorEnvelope(error, requestId));
}

function isErrorEvent(text: string): boolean {
  try {
    return (Object(JSON.parse(text)) as { type?: unknown }).type === 'error';
  } catch {
    return false;
  }
}
