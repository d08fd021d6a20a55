import type { WireName } from '../../providers/spec.ts';

/** One model of another router, in terms that are ours. */
export interface FoundModel {
  /** What the other program calls the provider. */
  readonly provider: string;
  /** Up to and without the endpoint. */
  readonly baseURL: string;
  readonly wire: WireName;
  /** The upstream's id. */
  readonly model: string;
  /** A key, or `${VARIABLE}`; `null`: none. Not to be shown. */
  readonly token: string | null;
  /** The other program speaks a format of the vendor's own there: only a preset can replace it. */
  readonly needsPreset: boolean;
  /** In tokens; `null`: it says nothing. */
  readonly contextWindow: number | null;
  /** In tokens; `null`: it says nothing. */
  readonly maxOutputTokens: number | null;
}

/** What was found in another router's files. */
export interface Found {
  /** The program's name. */
  readonly program: string;
  /** The file it was read from. */
  readonly file: string;
  readonly models: readonly FoundModel[];
  /** What can't be taken over, and why. */
  readonly skipped: readonly Skipped[];
  /** The model that sessions start with there. */
  readonly start: ModelRef | null;
  /** Those to try next when that one fails. */
  readonly fallback: readonly ModelRef[];
  /** Models for requests of a certain kind, by our names of the kinds. */
  readonly scenarios: Readonly<Record<string, ModelRef>>;
  /** From how many tokens on a request is long; `null`: it says nothing. */
  readonly longContextTokens: number | null;
}

export interface Skipped {
  readonly what: string;
  readonly why: string;
}

/** A model by the names of the other program. */
export interface ModelRef {
  readonly provider: string;
  readonly model: string;
}
