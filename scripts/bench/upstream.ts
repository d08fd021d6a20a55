/**
 * The mock upstream: a process of its own on a raw TCP socket, so that it costs little next to
 * what is measured. `/<scenario>/v1/messages` answers in Anthropic's format,
 * `/<scenario>/chat/completions` in OpenAI's.
 */
import type { Socket } from 'bun';
import { HttpReader } from './http-reader.ts';
import { serveParent } from './ipc.ts';
import { Outbox } from './outbox.ts';
import { PAYLOADS, type Payloads } from './payloads.ts';
import {
  HOLD_MS,
  sharedMicros,
  PACE_MS,
  SCENARIOS,
  STAMP_DIGITS,
  THINK_MS,
  type Scenario,
} from './scenarios.ts';

const NOT_FOUND = Buffer.from('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n');

interface Connection {
  readonly reader: HttpReader;
  readonly outbox: Outbox<Connection>;
  /** An answer that is not complete yet. */
  open: boolean;
}

interface PacedStream {
  readonly connection: Connection;
  readonly payloads: Payloads;
  left: number;
  /** When the next event is due, in microseconds. */
  due: number;
}

const paced = new Set<PacedStream>();
/** When connections were closed whose answer was not complete, in microseconds. */
let abandoned: number[] = [];
let pacer: ReturnType<typeof setInterval> | null = null;

function startConnection(socket: Socket<Connection>): void {
  let startLine = '';
  const connection: Connection = {
    outbox: new Outbox(socket),
    open: false,
    reader: new HttpReader('requests', {
      head: (line) => {
        startLine = line;
      },
      body: () => {},
      end: () => answer(connection, startLine),
    }),
  };
  socket.data = connection;
}

function answer(connection: Connection, startLine: string): void {
  const path = startLine.split(' ')[1] ?? '';
  const scenario = path.slice(1, path.indexOf('/', 1));
  if (!isScenario(scenario)) {
    connection.outbox.send(NOT_FOUND);
    return;
  }
  const payloads = PAYLOADS[path.includes('/chat/completions') ? 'openai' : 'anthropic'];
  switch (scenario) {
    case 'json':
      connection.outbox.send(payloads.json);
      return;
    case 'burst':
    case 'long':
      connection.outbox.sendEach(wholeStream(payloads, SCENARIOS[scenario].events));
      return;
    case 'bulk':
      connection.outbox.send(payloads.bulk);
      return;
    case 'hold':
      hold(connection, payloads);
      return;
    case 'turn':
      think(connection, payloads);
      return;
    case 'silent':
      connection.open = true;
      connection.outbox.sendEach(someTexts(payloads, SCENARIOS.silent.events));
      return;
    case 'mute':
      connection.open = true;
      return;
    case 'paced':
    case 'flowing':
      startPaced(connection, payloads, SCENARIOS[scenario].events);
  }
}

function* someTexts({ open, texts }: Payloads, count: number): Generator<Buffer> {
  yield open;
  for (let index = 0; index < count; index += 1) yield texts[index] ?? open;
}

function* wholeStream(payloads: Payloads, count: number): Generator<Buffer> {
  yield* someTexts(payloads, count);
  yield payloads.close;
}

function isScenario(name: string): name is Scenario {
  return Object.hasOwn(SCENARIOS, name);
}

function think({ outbox }: Connection, { open, texts, close }: Payloads): void {
  const [first = open, ...others] = texts.slice(0, SCENARIOS.turn.events);
  outbox.send(Buffer.concat([open, first]));
  setTimeout(() => outbox.sendEach([...others, close]), THINK_MS);
}

function hold(connection: Connection, payloads: Payloads): void {
  connection.open = true;
  connection.outbox.send(Buffer.concat([payloads.open, payloads.stamped]));
  setTimeout(() => {
    if (!connection.open) return;
    connection.open = false;
    connection.outbox.send(Buffer.concat([payloads.stamped, payloads.close]));
  }, HOLD_MS);
}

function startPaced(connection: Connection, payloads: Payloads, events: number): void {
  connection.open = true;
  connection.outbox.send(payloads.open);
  const due = sharedMicros() + PACE_MS * 1000;
  paced.add({ connection, payloads, left: events, due });
  pacer ??= setInterval(pace, 1);
}

/** Writes what is due. After a delay of its own it writes all that was missed, so none is lost. */
function pace(): void {
  const now = sharedMicros();
  const frames = new Map<Payloads, Buffer>();
  for (const stream of paced) {
    const { connection, payloads } = stream;
    if (!connection.open) paced.delete(stream);
    while (connection.open && stream.due <= now) {
      let frame = frames.get(payloads);
      if (frame === undefined) {
        frame = Buffer.from(payloads.stamped);
        frame.write(String(now).padStart(STAMP_DIGITS, '0'), payloads.stampAt, 'latin1');
        frames.set(payloads, frame);
      }
      connection.outbox.send(frame);
      stream.due += PACE_MS * 1000;
      stream.left -= 1;
      if (stream.left === 0) {
        connection.open = false;
        connection.outbox.send(payloads.close);
      }
    }
  }
  if (paced.size === 0 && pacer !== null) {
    clearInterval(pacer);
    pacer = null;
  }
}

const listener = Bun.listen<Connection>({
  hostname: '127.0.0.1',
  port: 0,
  socket: {
    open: startConnection,
    data: (socket, bytes) => socket.data.reader.push(bytes),
    drain: (socket) => socket.data.outbox.drain(),
    close: ({ data }) => {
      if (data.open) abandoned.push(sharedMicros());
      data.open = false;
    },
    error: () => {},
  },
});

export interface UpstreamAnswers {
  port: number;
  /** When connections were closed before their answer was complete, since the last question. */
  abandoned: number[];
}

serveParent(async (question) => {
  if (question === 'port') return listener.port;
  const times = abandoned;
  abandoned = [];
  return times;
});
