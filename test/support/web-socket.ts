import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { until } from './deadline.ts';

/** A frame of the server's, as it stands in the stream (RFC 6455, section 5.2). */
interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** One JSON object that came in a text frame. */
export type Message = Readonly<Record<string, unknown>> & { readonly type?: string };

/** The client's side of a WebSocket, by hand: it can claim any header, stall, and die. */
export interface WebSocketClient extends Disposable {
  /** Of the handshake's answer. */
  readonly status: number;
  /** Lower-case name → value. */
  readonly headers: ReadonlyMap<string, string>;
  /** The body of a refusal. */
  readonly refusal: string;
  /** The messages that came and weren't taken yet. */
  readonly messages: Message[];
  /** How many pings came. */
  readonly pings: number;
  /** The server's close code, once it came; 1006: the connection ended without one. */
  readonly closeCode: number | null;
  send(value: unknown): void;
  sendText(text: string): void;
  sendBinary(bytes: Uint8Array): void;
  /** Takes the messages up to the first one of these types; waits for it. */
  take(...types: string[]): Promise<Message[]>;
  /** Reads nothing more from the connection. */
  stall(): void;
  resume(): void;
  /** Says goodbye in due form. */
  close(): void;
  /** Ends without a word. */
  destroy(): void;
  closed(timeoutMs?: number): Promise<number>;
}

export interface ConnectOptions {
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends a handshake and waits for the answer, whatever it is. */
export async function connectWebSocket(
  port: number,
  options: ConnectOptions = {},
): Promise<WebSocketClient> {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay();
  const headers = {
    host: `127.0.0.1:${port}`,
    upgrade: 'websocket',
    connection: 'Upgrade',
    'sec-websocket-version': '13',
    'sec-websocket-key': randomBytes(16).toString('base64'),
    ...options.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.write(`GET ${options.path ?? '/v1/stream'} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
  const { head, rest } = await readHead(socket);
  const [statusLine = '', ...fields] = head.split('\r\n');
  const status = Number(statusLine.split(' ')[1]);
  const answer = new Map(
    fields.map((field) => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()] as const;
    }),
  );
  return open(socket, status, answer, rest);
}

function readHead(socket: Socket): Promise<{ head: string; rest: Buffer }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ head: string; rest: Buffer }>();
  let seen = Buffer.alloc(0);
  const onData = (chunk: Buffer): void => {
    seen = Buffer.concat([seen, chunk]);
    const end = seen.indexOf('\r\n\r\n');
    if (end === -1) return;
    socket.off('data', onData);
    resolve({ head: seen.toString('latin1', 0, end), rest: seen.subarray(end + 4) });
  };
  socket.on('data', onData);
  socket.once('error', reject);
  socket.once('close', () => reject(new Error('closed before the handshake was answered')));
  return promise;
}

function open(
  socket: Socket,
  status: number,
  headers: ReadonlyMap<string, string>,
  rest: Buffer,
): WebSocketClient {
  const messages: Message[] = [];
  let refusal = '';
  let pings = 0;
  let closeCode: number | null = null;
  const reader = new FrameReader((frame) => {
    if (frame.opcode === TEXT) messages.push(JSON.parse(frame.payload.toString('utf8')) as Message);
    if (frame.opcode === PING) {
      pings += 1;
      socket.write(encode(PONG, frame.payload));
    }
    if (frame.opcode === CLOSE) {
      closeCode ??= frame.payload.length < 2 ? 1005 : frame.payload.readUInt16BE(0);
      socket.end(encode(CLOSE, frame.payload));
    }
  });
  const onData = (chunk: Buffer): void => {
    if (status === 101) reader.push(chunk);
    else refusal += chunk.toString('utf8');
  };
  socket.removeAllListeners('error');
  socket.on('error', () => undefined);
  socket.on('data', onData);
  socket.on('close', () => {
    closeCode ??= 1006;
  });
  onData(rest);
  return {
    status,
    headers,
    messages,
    get refusal() {
      return refusal;
    },
    get pings() {
      return pings;
    },
    get closeCode() {
      return closeCode;
    },
    send: (value) => void socket.write(encode(TEXT, Buffer.from(JSON.stringify(value)))),
    sendText: (text) => void socket.write(encode(TEXT, Buffer.from(text))),
    sendBinary: (bytes) => void socket.write(encode(2, Buffer.from(bytes))),
    async take(...types) {
      const isEnd = ({ type }: Message) => type !== undefined && types.includes(type);
      const end = await until(`a message of the type ${types.join(' or ')}`, () => {
        const index = messages.findIndex(isEnd);
        if (index === -1 && closeCode !== null) throw new Error(`closed with ${closeCode}`);
        return index === -1 ? null : index + 1;
      });
      return messages.splice(0, end);
    },
    stall: () => void socket.pause(),
    resume: () => void socket.resume(),
    close: () => void socket.write(encode(CLOSE, Buffer.from([3, 232]))),
    destroy: () => void socket.destroy(),
    closed: (timeoutMs) => until('the socket to be closed', () => closeCode, timeoutMs),
    [Symbol.dispose]: () => void socket.destroy(),
  };
}

/** Cuts the server's bytes into frames; none of them is masked or in parts. */
class FrameReader {
  readonly #onFrame: (frame: Frame) => void;
  #pieces: Buffer[] = [];
  #length = 0;
  /** Bytes that have to be there before it's worth looking. */
  #needed = 2;

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
  }

  push(chunk: Buffer): void {
    this.#pieces.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#needed) return;
    let bytes = Buffer.concat(this.#pieces);
    for (;;) {
      const size = frameSize(bytes);
      this.#needed = size?.end ?? bytes.length + 1;
      if (size === null || bytes.length < size.end) break;
      this.#onFrame({
        opcode: (bytes[0] ?? 0) & 15,
        payload: bytes.subarray(size.start, size.end),
      });
      bytes = bytes.subarray(size.end);
    }
    this.#pieces = [bytes];
    this.#length = bytes.length;
  }
}

function frameSize(bytes: Buffer): { start: number; end: number } | null {
  if (bytes.length < 2) return null;
  const short = (bytes[1] ?? 0) & 127;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < start) return null;
  const length =
    short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  return { start, end: start + length };
}

/** A client's frame, masked as it has to be. */
function encode(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10);
  head[0] = 128 | opcode;
  head[1] = 128 | (length < 126 ? length : length < 65_536 ? 126 : 127);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  const mask = randomBytes(4);
  const masked = Buffer.from(payload);
  for (let at = 0; at < length; at += 1) masked[at] = (masked[at] ?? 0) ^ (mask[at & 3] ?? 0);
  return Buffer.concat([head, mask, masked]);
}
