/**
 * What launchers and people are told of a route: `GET /v1/admin/routes`. Nothing secret is in it.
 * Windows and limits in tokens, prices in USD per million tokens; `null`: unknown.
 */
export interface RouteSummary {
  readonly name: string;
  /** In the file's order, without the name. */
  readonly aliases: readonly string[];
  /** The provider's name in the catalog, and as people know it. */
  readonly provider: string;
  readonly providerLabel: string;
  readonly wire: string;
  /** The provider's own id of the model. */
  readonly upstreamModel: string;
  readonly contextWindow: number | null;
  readonly maxOutputTokens: number | null;
  readonly vision: boolean | null;
  readonly pricing: { readonly input: number; readonly output: number } | null;
  /** In the user's own words. */
  readonly description: string | null;
  /** Whether sessions get a subagent type of it. */
  readonly agent: boolean;
  /** Not from the user's file. */
  readonly builtIn: boolean;
  /** Why it can't be used, and what to do; `null`: it can. */
  readonly problem: string | null;
}

/** One thing that a route's upstream refused and gets otherwise since. */
export interface Lesson {
  /** In the words of a route's configuration. */
  readonly what: string;
  /** How long ago it was learned. */
  readonly ageMs: number;
}

/** How a route's upstream did lately. */
export interface Health {
  /**
   * `ok`: nothing speaks against it. `failing`: the last attempts failed. `down`: they failed so
   * often that calls go elsewhere until a probe gets through.
   */
  readonly state: 'ok' | 'failing' | 'down';
  /** How many attempts failed in a row. */
  readonly failures: number;
  /** What the last failure was, for people; `null`: there was none. */
  readonly problem: string | null;
}

/** A route as the gateway that serves it knows it. */
export interface ServedRoute extends RouteSummary {
  readonly health: Health;
  /** The kinds of request that it takes first: `background`, `think` … */
  readonly scenarios: readonly string[];
  readonly learned: readonly Lesson[];
}
