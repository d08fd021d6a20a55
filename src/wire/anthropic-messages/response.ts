import { GatewayError } from '../../core/errors.ts';
import type { Target } from '../../providers/target.ts';
import type { ErrorContext } from '../errors/context.ts';
import type { DecodedBody, ReplyDecoder } from '../wire-format.ts';
import { encodeMessageAsStream } from './message-stream.ts';
import { errorFromBody } from './errors.ts';
import { PassthroughStream } from './stream.ts';
import { bodyUsage, messageUsage } from './usage.ts';

/** Hands an Anthropic reply on as it is, but for errors that came under a 2xx status. */
export function passthroughDecoder(context: ErrorContext): ReplyDecoder {
  const { target } = context;
  const checked = (bytes: Uint8Array): Uint8Array => {
    if (looksLikeError(bytes)) throw errorFromBody(bytes, context);
    if (!looksLikeObject(bytes)) throw notAMessage(target);
    return bytes;
  };
  return {
    stream: () => new PassthroughStream(context),
    body: (bytes): DecodedBody => ({ body: checked(bytes), usage: bodyUsage(bytes) }),
    bodyAsStream(bytes): DecodedBody {
      const message = parseMessage(checked(bytes), target);
      return { body: encodeMessageAsStream(message), usage: messageUsage(message) };
    },
  };
}

/** An error envelope starts with `{"type":"error"` or `{"error":`; a message never does. */
function looksLikeError(bytes: Uint8Array): boolean {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 64));
  return /^\s*\{\s*("type"\s*:\s*"error"|"error"\s*:\s*[{"])/.test(start.toString('latin1'));
}

function parseMessage(bytes: Uint8Array, target: Target): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (typeof value === 'object' && value !== null && 'content' in value) {
      return { ...value };
    }
  } catch {
    // Answered below like any other reply that is not a message.
  }
  throw notAMessage(target);
}

/** An HTML page or an empty body is no answer, whatever the status says. */
function looksLikeObject(bytes: Uint8Array): boolean {
  const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
  return bytes.find((byte) => !isSpace(byte)) === 0x7b;
}

function notAMessage(target: Target): GatewayError {
  return new GatewayError(
    'malformed_reply',
    `${target.provider.label} (route ${target.route}) answered with something that is not a message. ` +
      `Check that ${target.baseURL} speaks the Anthropic Messages format.`,
  );
}
