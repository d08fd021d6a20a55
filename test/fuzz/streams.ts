import { GatewayError } from '../../src/core/errors.ts';
import type { WireName } from '../../src/providers/spec.ts';
import { wireFormat } from '../../src/wire/index.ts';
import type { ReplyDecoder, StreamTransform } from '../../src/wire/wire-format.ts';
import { assertWellFormed, parseEvents } from '../support/grammar.ts';
import { ASK, testCall, type Json } from '../support/openai-chat.ts';
import { Random } from '../support/random.ts';
import { CORPUS } from './corpus.ts';
import { cutRandomly, mutateBytes, mutateStream } from './mutate.ts';
import { someTarget } from './targets.ts';

/** What one chunk of a few bytes may become: whole events, and an error that quotes it. */
const OUT_PER_IN = 12;
const OUT_AT_LEAST = 32_768;

const tool = (name: string): Json => ({ name, input_schema: { type: 'object', properties: {} } });

function request(random: Random): Json {
  return {
    ...ASK,
    stream: random.below(6) > 0,
    thinking: random.pick<unknown>([{ type: 'adaptive' }, { type: 'disabled' }, undefined]),
    tools: random.pick<unknown>([undefined, [tool('Bash'), tool('Edit')]]),
    stop_sequences: random.pick<unknown>([undefined, ['1', '2', '3', '4', 'a', '\n']]),
  };
}

/**
 * One mutated reply through a decoder, cut at random. Checks that it ends, once, in well-formed
 * events of a bounded size.
 *
 * @returns how many bytes went in.
 * @throws Error that says what is wrong.
 */
export function streamCase(seed: number): number {
  const random = new Random(seed);
  const wire: WireName = random.below(4) === 0 ? 'anthropic-messages' : 'openai-chat';
  const target = someTarget(random, wire, { thinkTags: random.below(3) === 0 });
  const call = testCall(request(random));
  const { decoder } = wireFormat(wire).encode(call, target);
  if (random.below(8) === 0) return wholeCase(random, wire, decoder);
  const { streams } = CORPUS[wire];
  const bytes = mutateStream(random, random.pick(streams), random.pick(streams));
  const transform = decoder.stream();
  const out: Uint8Array[] = [];
  for (const piece of cutRandomly(random, bytes)) {
    out.push(transform.push(piece));
    checkState(transform);
  }
  const lost = new GatewayError('connection_lost', 'The connection was lost.');
  out.push(random.below(5) === 0 ? transform.fail(lost) : transform.end());
  if (transform.state !== 'finished' && transform.state !== 'failed') {
    throw new Error(`it ended in the state ${transform.state}`);
  }
  checkState(transform);
  const late = [transform.push(Buffer.from('data: x\n\n')), transform.end(), transform.fail(lost)];
  if (late.some((one) => one.length > 0)) throw new Error('something came out behind the end');
  const total = out.reduce((sum, one) => sum + one.length, 0);
  if (total > bytes.length * OUT_PER_IN + OUT_AT_LEAST) {
    throw new Error(`${bytes.length} bytes became ${total}`);
  }
  if (wire === 'openai-chat') checkEvents(out, transform);
  else checkPassthrough(bytes, Buffer.concat(out), transform);
  return bytes.length;
}

function checkState({ state, error, usage }: StreamTransform): void {
  if ((error === null) === (state === 'failed')) throw new Error(`${state} with error ${error}`);
  for (const [name, value] of Object.entries(usage ?? {})) {
    if (!Number.isFinite(value)) throw new Error(`usage.${name} is ${String(value)}`);
  }
}

/** Each piece that came out holds whole events, so that a ping can follow at any time. */
function checkEvents(out: readonly Uint8Array[], { state }: StreamTransform): void {
  const events = out.flatMap((piece) => parseEvents(piece));
  // An error before the first event becomes an HTTP status, with the event for whoever is late.
  assertWellFormed(events);
  const failed = events.at(-1)?.type === 'error';
  if (failed !== (state === 'failed')) throw new Error(`${state}, but failed: ${failed}`);
}

/** The upstream's own bytes, as far as they make whole events, and at most an error behind them. */
function checkPassthrough(sent: Buffer, out: Buffer, { state }: StreamTransform): void {
  const text = out.toString('latin1');
  const own = /event: error\ndata: \{"type":"error",[^\n]*\}\n\n$/u.exec(text);
  const passed = own !== null && state === 'failed' ? text.slice(0, own.index) : text;
  const source = sent.toString('latin1');
  // The last event gets the empty line that it lacks.
  if (!source.startsWith(passed) && !source.startsWith(passed.replace(/\n\n$/u, ''))) {
    throw new Error('bytes came out that did not go in');
  }
  if (passed !== '' && !/(?:\n\n|\n\r\n|\r\r)$/u.test(passed)) {
    throw new Error('what came out ends inside of an event');
  }
}

function wholeCase(random: Random, wire: WireName, decoder: ReplyDecoder): number {
  const { bodies } = CORPUS[wire];
  const donor = Buffer.from(random.pick(bodies), 'utf8');
  const bytes = mutateBytes(random, Buffer.from(random.pick(bodies), 'utf8'), donor);
  for (const asStream of [false, true]) {
    try {
      const { body } = asStream ? decoder.bodyAsStream(bytes) : decoder.body(bytes);
      if (asStream) {
        const events = parseEvents(body);
        if (wire === 'openai-chat') assertWellFormed(events);
      } else if (wire === 'openai-chat') {
        JSON.parse(Buffer.from(body).toString());
      }
    } catch (cause) {
      if (!(cause instanceof GatewayError)) throw cause;
    }
  }
  return bytes.length;
}
