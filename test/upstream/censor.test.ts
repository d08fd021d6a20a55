import { expect, test } from 'bun:test';
import { GatewayError } from '../../src/core/errors.ts';
import { Secret } from '../../src/lib/secret.ts';
import { Censor } from '../../src/upstream/censor.ts';
import { testCall } from '../support/openai-chat.ts';
import { testTarget } from '../support/target.ts';

const target = testTarget({ headers: { 'X-Team': 'a', 'X-Pass': 'long-header-secret' } });
const censor = Censor.for(new Secret('the-key'), testCall({}), target);
const bytes = (text: string) => Buffer.from(text);

test('bytes without a secret are the same object, other bytes keep their value', () => {
  const clean = bytes('a clean event, ümlauts and all');
  expect(censor.bytes(clean)).toBe(clean);
  const dirty = Buffer.concat([
    bytes('ü the-key '),
    Buffer.from([0xff, 0x00]),
    bytes(' the-key é'),
  ]);
  const without = censor.bytes(dirty);
  expect(Buffer.from(without)).toEqual(
    Buffer.concat([bytes('ü [redacted] '), Buffer.from([0xff, 0x00]), bytes(' [redacted] é')]),
  );
});

test("a route's own header counts as a secret when it is long enough to be one", () => {
  expect(Buffer.from(censor.bytes(bytes('a long-header-secret'))).toString()).toBe('a [redacted]');
});

test('headers that carry one are dropped', () => {
  const headers = censor.headers(new Headers({ 'x-echo': 'Bearer the-key', 'x-fine': 'a' }));
  expect([...headers]).toEqual([['x-fine', 'a']]);
});

test("an error keeps the upstream's own answer only where nothing is in it", () => {
  const failure = (body: string) =>
    new GatewayError('upstream_bad_request', `said ${body}`, {
      passthrough: { status: 400, headers: new Headers(), body: bytes(body) },
    });
  expect(censor.error(failure('fine')).passthrough).toBeDefined();
  const without = censor.error(failure('bad the-key'));
  expect(without.passthrough).toBeUndefined();
  expect(without.message).toBe('said bad [redacted]');
});

test("where the client's own credential was sent, that is what is taken out", () => {
  const call = {
    ...testCall({}),
    credential: {
      authorization: new Secret('Bearer client-token'),
      apiKey: new Secret('client-key'),
    },
  };
  const own = Censor.for(null, call, testTarget({ credential: { kind: 'client' } }));
  const said = Buffer.from(own.bytes(bytes('client-token, client-key'))).toString();
  expect(said).toBe('[redacted], [redacted]');
});
