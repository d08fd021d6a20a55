import type { Call } from '../core/call.ts';
import { scanElements, scanMembers, skipSpace, type Span } from '../core/json-scan.ts';
import { asBuffer } from '../lib/bytes.ts';
import type { CredentialSource, Target } from '../providers/target.ts';

/** What of a body doesn't decide the answer: who asks, and how it is delivered. */
const NEUTRAL_MEMBERS: ReadonlySet<string> = new Set(['metadata', 'stream']);

/**
 * Headers that pass on and don't decide the answer: who the client is, what it counts, what it
 * accepts. Any other one may, so that it is part of the key.
 */
const NEUTRAL_HEADERS =
  /^(?:accept|accept-.*|baggage|cache-control|content-type|date|dnt|idempotency-key|pragma|priority|sec-.*|sentry-trace|traceparent|tracestate|user-agent|x-app|x-claude-code-.*|x-client-request-id|x-request-id|x-stainless-.*)$/;

/** Deeper than any request; each level is read once for every level above it. */
const MAX_DEPTH = 64;

const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;

const targetDigests = new WeakMap<Target, string>();

/**
 * SHA-256 over everything that decides the answer to a call: the target with its settings and the
 * identity of its credential, the query, the headers, and the body but for `metadata` and `stream`.
 * The order of keys and the space between values make no difference; whatever else does, such as
 * `1` and `1.0`, or an escape and the letter it stands for, makes another key.
 *
 * @throws GatewayError `malformed_request` where the body is not JSON
 */
export function cacheKey(call: Call, target: Target): string {
  const { credential } = call;
  const client =
    target.credential.kind === 'client'
      ? [digestOf(credential.authorization?.reveal()), digestOf(credential.apiKey?.reveal())]
      : [];
  // They come sorted by name.
  const headers = [...call.headers].filter(([name]) => !NEUTRAL_HEADERS.test(name));
  const parts = [JSON.stringify([targetDigest(target), client, call.query, headers])];
  const body = asBuffer(call.body);
  addObject(parts, body, skipSpace(body, 0), 0, NEUTRAL_MEMBERS);
  return digestOf(parts.join(''));
}

/** The whole target, whatever it is made of, with digests in place of secrets. */
function targetDigest(target: Target): string {
  let digest = targetDigests.get(target);
  if (digest === undefined) {
    // Spread, headers show their values, which `JSON.stringify` hides otherwise.
    const open = {
      ...target,
      headers: { ...target.headers },
      credential: credentialIdentity(target.credential),
    };
    digest = digestOf(JSON.stringify(open));
    targetDigests.set(target, digest);
  }
  return digest;
}

function credentialIdentity(credential: CredentialSource): unknown {
  if (credential.kind === 'keys') return ['keys', credential.keys.map(credentialIdentity)];
  return credential.kind === 'secret'
    ? ['secret', digestOf(credential.secret.reveal())]
    : credential;
}

function digestOf(text: string | undefined): string {
  return text === undefined ? '' : Bun.CryptoHasher.hash('sha256', text, 'base64url');
}

function addValue(parts: string[], bytes: Buffer, { start, end }: Span, depth: number): void {
  const first = depth < MAX_DEPTH ? bytes[start] : undefined;
  if (first === OPEN_BRACE) {
    addObject(parts, bytes, start, depth);
  } else if (first === OPEN_BRACKET) {
    parts.push('[');
    for (const element of scanElements(bytes, start)) {
      addValue(parts, bytes, element, depth + 1);
      parts.push(',');
    }
    parts.push(']');
  } else {
    parts.push(bytes.toString('latin1', start, end));
  }
}

function addObject(
  parts: string[],
  bytes: Buffer,
  start: number,
  depth: number,
  except?: ReadonlySet<string>,
): void {
  const members = scanMembers(bytes, start)
    .members.filter(({ key }) => except?.has(key) !== true)
    .map(({ start: from, value }) => ({
      // As it is written, because the scanner cuts long ones short.
      key: bytes.toString('latin1', from, value.start).replace(/\s*:\s*$/, ''),
      value,
    }))
    // Stable: of repeated keys the order counts.
    .toSorted((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0));
  parts.push('{');
  for (const { key, value } of members) {
    parts.push(key, ':');
    addValue(parts, bytes, value, depth + 1);
    parts.push(',');
  }
  parts.push('}');
}
