import type { WebSocketHandler } from 'bun';
import { systemClock } from '../../lib/clock.ts';
import type { HttpContext } from '../context.ts';
import { StreamSocket, type SocketOrigin } from './stream-socket.ts';

/** What a connection carries: how it came about, and what serves it once it is open. */
export interface SocketData {
  readonly origin: SocketOrigin;
  socket: StreamSocket | null;
}

/**
 * `Bun.serve`'s callbacks for the sockets of `WS /v1/stream`. Sockets have their own pings, as
 * Bun's end those of readers that only stall; a frame over the limit closes its socket with 1009.
 */
export function socketHandlers(
  http: HttpContext,
  maxFrameBytes: number,
): WebSocketHandler<SocketData> {
  return {
    maxPayloadLength: maxFrameBytes,
    idleTimeout: 0,
    sendPings: false,
    open(ws) {
      const socket = new StreamSocket(ws, ws.data.origin, http, systemClock);
      ws.data.socket = socket;
      http.sockets.add(socket);
    },
    message: (ws, message) => ws.data.socket?.received(message),
    drain: (ws) => ws.data.socket?.drained(),
    pong: (ws) => ws.data.socket?.signOfLife(),
    ping: (ws) => ws.data.socket?.signOfLife(),
    close(ws) {
      const { socket } = ws.data;
      if (socket === null) return;
      http.sockets.delete(socket);
      socket.closed();
    },
  };
}
