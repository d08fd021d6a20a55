/** What the mock upstream is asked for; it is the first segment of the path. */
export const SCENARIOS = {
  /** A whole small answer. */
  json: { events: 1, stream: false },
  /** 200 text events as fast as possible, each with a write of its own. */
  burst: { events: 200, stream: true },
  /** 20,000 text events in the same way, as fast as the reader takes them. */
  long: { events: 20_000, stream: true },
  /** 20,000 text events in writes as large as the reader takes them. */
  bulk: { events: 20_000, stream: true },
  /** A text event at once, the other 199 as a burst a little later, as models answer. */
  turn: { events: 200, stream: true },
  /** One text event every 5 ms, each with the time at which it was written. */
  paced: { events: 200, stream: true },
  /** A text event at once, another one and the end 1.5 s later. */
  hold: { events: 2, stream: true },
  /** Three text events, then silence without an end. */
  silent: { events: 3, stream: true },
  /** A text event every 5 ms without an end. */
  flowing: { events: Number.POSITIVE_INFINITY, stream: true },
  /** Takes the request and never answers. */
  mute: { events: 0, stream: true },
} as const;

export type Scenario = keyof typeof SCENARIOS;

/** Between two events of `paced` and `flowing`. */
export const PACE_MS = 5;

/** Between the first event of `turn` and the others. */
export const THINK_MS = 3;

/** How long `hold` keeps its stream open. */
export const HOLD_MS = 1_500;

/**
 * The byte `~` stands once in every text event and nowhere else, so counting it counts the events
 * whatever frames a contender puts them in.
 */
export const MARKER = 0x7e;

/** Digits behind the marker of a `paced` event: {@link sharedMicros} when it was written. */
export const STAMP_DIGITS = 16;

const origin = performance.timeOrigin;

/**
 * Microseconds since the epoch, comparable between the processes of one machine. (Bun counts
 * `process.hrtime` from the start of the process.)
 */
export function sharedMicros(): number {
  return Math.floor((origin + performance.now()) * 1000);
}
