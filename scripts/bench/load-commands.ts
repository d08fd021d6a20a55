import type { Expected } from './client-connection.ts';
import type { BodyName } from './requests.ts';

/** Where requests go, what they are and what must come back. */
export interface LoadTarget extends Expected {
  readonly port: number;
  readonly path: string;
  readonly model: string;
  readonly body: BodyName;
}

export type LoadCommand =
  | {
      readonly kind: 'loop';
      readonly target: LoadTarget;
      readonly connections: number;
      readonly requests?: number;
      readonly durationMs?: number;
    }
  | { readonly kind: 'streams'; readonly target: LoadTarget; readonly count: number }
  | {
      readonly kind: 'leave';
      readonly target: LoadTarget;
      /** Leaves once so many text events came, and then after `afterMs`. */
      readonly afterEvents: number;
      readonly afterMs: number;
    };

/** What came of a `loop` or of `streams`; times in milliseconds, of right answers only. */
export interface LoadResult {
  readonly completed: number;
  readonly failed: number;
  /** The first wrong answer's fault. */
  readonly problem: string | null;
  readonly elapsedMs: number;
  /** From the first byte of any answer to the end of the last one. */
  readonly streamingMs: number;
  readonly events: number;
  readonly firstByteMs: number;
  readonly totalMs: number;
  readonly totalP99Ms: number;
  readonly waitedOverOneSecond: number;
  /** From the upstream's write of an event to its arrival, where events carry a stamp. */
  readonly delayMs: number;
  readonly delayP99Ms: number;
}

export interface LeaveResult {
  /** The shared clock in microseconds, just before the connection was closed. */
  readonly leftAt: number;
}
