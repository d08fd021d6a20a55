import type { Call } from '../core/call.ts';
import type { GatewayError } from '../core/errors.ts';
import { asBuffer } from '../lib/bytes.ts';
import { redact } from '../lib/redact.ts';
import type { Secret } from '../lib/secret.ts';
import type { Target } from '../providers/target.ts';

/** A route's own header is taken for a secret from this length on: `X-Team: a` is none. */
const MIN_HEADER_CHARS = 12;

const REPLACEMENT = '[redacted]';

/** A route's censor is made once for each key. */
const KEPT = new WeakMap<Secret, { readonly target: Target; readonly censor: Censor }>();

/**
 * Takes out of an upstream's answer what the upstream was shown in confidence. Error pages, proxies
 * and careless vendors repeat the key that they got, and the answer goes to whoever asked, into
 * transcripts and logs.
 */
export class Censor {
  readonly #secrets: readonly string[];
  readonly #needles: readonly Buffer[];

  private constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
    this.#needles = secrets.map((one) => Buffer.from(one));
  }

  /** @param secret the route's own; `null`: the client's own, if any, was sent */
  static for(secret: Secret | null, call: Call, target: Target): Censor {
    const kept = secret === null ? undefined : KEPT.get(secret);
    if (kept?.target === target) return kept.censor;
    const headers = Object.values(target.headers).filter(
      (value) => value.length >= MIN_HEADER_CHARS,
    );
    const shown = secret === null ? clientSecrets(call, target) : [secret.reveal()];
    const censor = new Censor([...shown, ...headers].filter((one) => one !== ''));
    if (secret !== null) KEPT.set(secret, { target, censor });
    return censor;
  }

  /**
   * The bytes themselves where nothing is in them, else a copy. Of a stream, give it whole events:
   * what is cut in two is not found.
   */
  bytes(bytes: Uint8Array): Uint8Array {
    const buffer = asBuffer(bytes);
    if (!this.#needles.some((needle) => buffer.includes(needle))) return bytes;
    // One character for each byte, so that every other byte stays as it is.
    const text = this.#needles.reduce(
      (rest, needle) => rest.replaceAll(needle.toString('latin1'), REPLACEMENT),
      buffer.toString('latin1'),
    );
    return Buffer.from(text, 'latin1');
  }

  /** Drops the headers that carry one of the secrets. */
  headers(headers: Headers): Headers {
    const dropped: string[] = [];
    headers.forEach((value, name) => {
      if (this.#secrets.some((secret) => value.includes(secret))) dropped.push(name);
    });
    for (const name of dropped) headers.delete(name);
    return headers;
  }

  /** The error without them, in its text and in the upstream's own answer. */
  error(error: GatewayError): GatewayError {
    error.message = this.#text(error.message);
    const { passthrough, problem } = error;
    if (problem !== null) error.problem = { ...problem, text: this.#text(problem.text) };
    if (passthrough === undefined) return error;
    this.headers(passthrough.headers);
    // The upstream's own answer would show where the secret was; the gateway's words say enough.
    return this.bytes(passthrough.body) === passthrough.body
      ? error
      : error.reworded(error.message);
  }

  #text(text: string): string {
    if (!this.#secrets.some((secret) => text.includes(secret))) return text;
    const without = this.#secrets.reduce(
      (rest, secret) => rest.replaceAll(secret, REPLACEMENT),
      text,
    );
    return redact(without);
  }
}

function clientSecrets({ credential }: Call, target: Target): string[] {
  if (target.credential.kind !== 'client') return [];
  const { authorization, apiKey } = credential;
  return [authorization?.reveal().replace(/^Bearer\s+/i, '') ?? '', apiKey?.reveal() ?? ''];
}
