/**
 * The load generator: a process of its own that writes prepared bytes to raw TCP sockets and
 * checks every answer.
 */
import { ClientConnection, type Exchange } from './client-connection.ts';
import { serveParent } from './ipc.ts';
import type { LeaveResult, LoadCommand, LoadResult } from './load-commands.ts';
import { requestBytes } from './requests.ts';
import { sharedMicros } from './scenarios.ts';
import { median, quantile } from './statistics.ts';

/** Connections that are opened at the same time, below the usual backlog of a listener. */
const OPEN_AT_ONCE = 100;

async function openAll(
  port: number,
  count: number,
  onDelay?: (micros: number) => void,
): Promise<ClientConnection[]> {
  const hooks = onDelay === undefined ? {} : { onDelay };
  const connections: ClientConnection[] = [];
  while (connections.length < count) {
    const batch = Math.min(OPEN_AT_ONCE, count - connections.length);
    connections.push(
      ...(await Promise.all(
        Array.from({ length: batch }, () => ClientConnection.open(port, hooks)),
      )),
    );
  }
  return connections;
}

/** Requests one after the other on each connection, until enough were made or the time is over. */
async function loop(command: Extract<LoadCommand, { kind: 'loop' }>): Promise<LoadResult> {
  const { target, connections, requests = Number.POSITIVE_INFINITY } = command;
  const bytes = requestBytes(target);
  const clients = await openAll(target.port, connections);
  const exchanges: Exchange[] = [];
  let started = 0;
  const startedAt = performance.now();
  const stopAt = startedAt + (command.durationMs ?? Number.POSITIVE_INFINITY);
  const work = async (client: ClientConnection): Promise<void> => {
    while (started < requests && performance.now() < stopAt) {
      started += 1;
      const exchange = await client.exchange(bytes, target);
      exchanges.push(exchange);
      if (exchange.problem !== null) return;
    }
  };
  await Promise.all(clients.map(work));
  for (const client of clients) client.leave();
  return summary(exchanges, startedAt, []);
}

/** One request on each of many connections at once. */
async function streams({ target, count }: Extract<LoadCommand, { kind: 'streams' }>) {
  const bytes = requestBytes(target);
  const delays: number[] = [];
  const clients = await openAll(target.port, count, (micros) => delays.push(micros));
  const startedAt = performance.now();
  const exchanges = await Promise.all(clients.map((client) => client.exchange(bytes, target)));
  for (const client of clients) client.leave();
  return summary(exchanges, startedAt, delays);
}

function summary(exchanges: readonly Exchange[], startedAt: number, delays: number[]): LoadResult {
  const right = exchanges.filter(({ problem }) => problem === null);
  const firstByte = right.map((exchange) => exchange.firstByteAt - exchange.startedAt);
  const total = right.map((exchange) => exchange.endedAt - exchange.startedAt);
  let endedAt = startedAt;
  let firstAt = Number.POSITIVE_INFINITY;
  let events = 0;
  for (const exchange of right) {
    endedAt = Math.max(endedAt, exchange.endedAt);
    firstAt = Math.min(firstAt, exchange.firstByteAt);
    events += exchange.events;
  }
  return {
    completed: right.length,
    failed: exchanges.length - right.length,
    problem: exchanges.find(({ problem }) => problem !== null)?.problem ?? null,
    elapsedMs: endedAt - startedAt,
    streamingMs: endedAt - firstAt,
    events,
    firstByteMs: median(firstByte),
    totalMs: median(total),
    totalP99Ms: quantile(total, 0.99),
    waitedOverOneSecond: firstByte.filter((ms) => ms > 1000).length,
    delayMs: median(delays) / 1000,
    delayP99Ms: quantile(delays, 0.99) / 1000,
  };
}

/** Starts an exchange and leaves in the middle of it. */
async function leave(command: Extract<LoadCommand, { kind: 'leave' }>): Promise<LeaveResult> {
  const { target, afterEvents, afterMs } = command;
  const arrived = Promise.withResolvers<void>();
  const client = await ClientConnection.open(target.port, {
    onEvents: (events) => {
      if (events >= afterEvents) arrived.resolve();
    },
  });
  const ended = client.exchange(requestBytes(target), target);
  if (afterEvents > 0) {
    const tooEarly = await Promise.race([arrived.promise, ended]);
    if (tooEarly !== undefined) throw new Error(tooEarly.problem ?? 'the answer ended too early');
  }
  await Bun.sleep(afterMs);
  const leftAt = sharedMicros();
  client.leave();
  return { leftAt };
}

serveParent((question) => {
  const command = question as LoadCommand;
  if (command.kind === 'loop') return loop(command);
  return command.kind === 'streams' ? streams(command) : leave(command);
});
