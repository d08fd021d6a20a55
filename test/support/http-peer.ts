import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** One request as it stood on the wire, and what became of its connection. */
export interface Received {
  /** Counts the requests of one peer, from 1. */
  readonly id: number;
  /** Which connection carried it: the same number means the same TCP connection. */
  readonly connection: number;
  readonly method: string;
  /** Path and query string, untouched. */
  readonly target: string;
  /** Names and values in the order and spelling of the sender. */
  readonly rawHeaders: readonly (readonly [name: string, value: string])[];
  /** The body's bytes, with a transfer coding removed. */
  readonly body: Uint8Array;
  /** `performance.now()` when the last byte of the request was there. */
  readonly receivedAt: number;
  /** Joins all values of a header by a comma; `null` where it is absent. */
  header(name: string): string | null;
  /** `performance.now()` when the other side closed before the answer was complete, else `null`. */
  closedEarlyAt: number | null;
  /** Whether the answer was written to its end. */
  answered: boolean;
}

/** Writes one answer, as badly as the test wants. */
export interface Responder {
  /** Sends the status line and the headers. `framing` decides how the body's end is told. */
  head(
    status: number,
    headers: Readonly<Record<string, string>>,
    framing: 'chunked' | 'close' | number,
  ): Promise<void>;
  /** Sends body bytes, one HTTP chunk where the framing is chunked; waits until there is room. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the body properly. */
  end(): Promise<void>;
  /** Closes the connection at once, in the middle of whatever was going on. */
  cut(): void;
  /** Resolves when the other side has closed the connection. */
  readonly gone: Promise<void>;
  readonly open: boolean;
}

export type PeerHandler = (received: Received, responder: Responder) => Promise<void>;

/** A plain HTTP/1.1 server on loopback with every byte under the test's control. */
export interface HttpPeer {
  readonly port: number;
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** All requests so far, in order of arrival. */
  readonly received: Received[];
  /** How many connections were accepted so far. */
  readonly connections: number;
  /** How many connections are open now. */
  readonly openConnections: number;
  /** Bytes that the connections open now have taken from the server so far. */
  readonly bytesTaken: number;
  /** Closes every connection on which no request waits for its answer, as servers do in time. */
  closeIdle(): void;
  stop(): Promise<void>;
}

const HEAD_END = Buffer.from('\r\n\r\n');

/** Collects bytes and cuts requests out of them. */
class RequestReader {
  #buffer: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
  }

  /** The next whole request, or `null` while bytes are missing. */
  next(): Pick<Received, 'method' | 'target' | 'rawHeaders' | 'body'> | null {
    const headEnd = this.#buffer.indexOf(HEAD_END);
    if (headEnd < 0) return null;
    const [requestLine = '', ...lines] = this.#buffer
      .subarray(0, headEnd)
      .toString('latin1')
      .split('\r\n');
    const [method = '', target = ''] = requestLine.split(' ');
    const rawHeaders = lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
    });
    const value = (name: string) =>
      rawHeaders.find(([header]) => header.toLowerCase() === name)?.[1];
    const bodyStart = headEnd + HEAD_END.length;
    const taken =
      value('transfer-encoding')?.toLowerCase() === 'chunked'
        ? this.#chunkedBody(bodyStart)
        : this.#sizedBody(bodyStart, Number(value('content-length') ?? 0));
    if (taken === null) return null;
    this.#buffer = this.#buffer.subarray(taken.end);
    return { method, target, rawHeaders, body: taken.body };
  }

  #sizedBody(start: number, length: number): { body: Uint8Array; end: number } | null {
    const end = start + length;
    if (this.#buffer.length < end) return null;
    return { body: new Uint8Array(this.#buffer.subarray(start, end)), end };
  }

  #chunkedBody(start: number): { body: Uint8Array; end: number } | null {
    const parts: Buffer[] = [];
    let at = start;
    for (;;) {
      const lineEnd = this.#buffer.indexOf('\r\n', at);
      if (lineEnd < 0) return null;
      const size = Number.parseInt(this.#buffer.subarray(at, lineEnd).toString('latin1'), 16);
      const dataStart = lineEnd + 2;
      const dataEnd = dataStart + size;
      if (this.#buffer.length < dataEnd + 2) return null;
      parts.push(this.#buffer.subarray(dataStart, dataEnd));
      at = dataEnd + 2;
      if (size === 0) return { body: new Uint8Array(Buffer.concat(parts)), end: at };
    }
  }
}

/** Writes to the socket; resolves when the bytes were taken or the connection is gone. */
function send(socket: Socket, gone: Promise<void>, bytes: Uint8Array | string): Promise<void> {
  if (socket.destroyed) return Promise.resolve();
  if (socket.write(bytes)) return Promise.resolve();
  return Promise.race([
    new Promise<void>((resolve) => {
      socket.once('drain', resolve);
    }),
    gone,
  ]);
}

function responderFor(socket: Socket, gone: Promise<void>, received: Received): Responder {
  let framing: 'chunked' | 'close' | number = 'chunked';
  const write = (bytes: Uint8Array | string) => send(socket, gone, bytes);
  return {
    gone,
    get open() {
      return !socket.destroyed;
    },
    async head(status, headers, chosen) {
      framing = chosen;
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
      if (framing === 'chunked') lines.push('transfer-encoding: chunked');
      else if (framing === 'close') lines.push('connection: close');
      else lines.push(`content-length: ${framing}`);
      await write(`HTTP/1.1 ${status} Scripted\r\n${lines.join('\r\n')}\r\n\r\n`);
    },
    async write(bytes) {
      if (bytes.length === 0) return;
      await (framing === 'chunked'
        ? write(
            Buffer.concat([
              Buffer.from(`${bytes.length.toString(16)}\r\n`),
              bytes,
              Buffer.from('\r\n'),
            ]),
          )
        : write(bytes));
    },
    async end() {
      if (framing === 'chunked') await write('0\r\n\r\n');
      received.answered = true;
      if (framing === 'close') socket.end();
    },
    cut() {
      received.answered = true;
      socket.destroy();
    },
  };
}

/** Serves one connection; gives a function that tells whether nothing is under way on it. */
function serveConnection(
  socket: Socket,
  connection: number,
  received: Received[],
  handler: PeerHandler,
): () => boolean {
  const reader = new RequestReader();
  let current: Received | null = null;
  let queue: Promise<void> = Promise.resolve();
  let markGone: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => {
    markGone = resolve;
  });
  const left = () => {
    if (current !== null && !current.answered) current.closedEarlyAt ??= performance.now();
    markGone();
  };
  socket.setNoDelay(true);
  socket.on('error', left);
  socket.on('close', left);
  socket.on('end', () => {
    left();
    socket.destroy();
  });
  const answer = async (parsed: NonNullable<ReturnType<RequestReader['next']>>) => {
    if (socket.destroyed) return;
    const entry: Received = {
      ...parsed,
      id: received.length + 1,
      connection,
      receivedAt: performance.now(),
      header(name) {
        const values = parsed.rawHeaders
          .filter(([header]) => header.toLowerCase() === name.toLowerCase())
          .map(([, value]) => value);
        return values.length === 0 ? null : values.join(', ');
      },
      closedEarlyAt: null,
      answered: false,
    };
    received.push(entry);
    current = entry;
    await handler(entry, responderFor(socket, gone, entry));
  };
  socket.on('data', (chunk: Buffer) => {
    reader.push(chunk);
    for (let parsed = reader.next(); parsed !== null; parsed = reader.next()) {
      const request = parsed;
      queue = queue.then(() => answer(request));
    }
  });
  return () => current === null || current.answered;
}

/**
 * Starts a server on loopback, on a free port where none is given. Every request goes to the
 * handler, those of one connection in turn.
 */
export async function startHttpPeer(handler: PeerHandler, wanted = 0): Promise<HttpPeer> {
  const received: Received[] = [];
  const open = new Map<Socket, () => boolean>();
  let accepted = 0;
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    accepted += 1;
    socket.on('close', () => open.delete(socket));
    open.set(socket, serveConnection(socket, accepted, received, handler));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(wanted, '127.0.0.1', 1024, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    received,
    get connections() {
      return accepted;
    },
    get openConnections() {
      return open.size;
    },
    get bytesTaken() {
      return [...open.keys()].reduce((sum, socket) => sum + socket.bytesWritten, 0);
    },
    closeIdle() {
      for (const [socket, isIdle] of open) if (isIdle()) socket.destroy();
    },
    async stop() {
      for (const socket of open.keys()) socket.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
