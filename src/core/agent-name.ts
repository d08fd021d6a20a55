/** A name by which a person gives work to a model, and the subagent types that do it. */
export interface AgentName {
  /** An alias, or the name of a route. */
  readonly name: string;
  /** The subagent type with every tool. */
  readonly agent: string;
  /** The one that can only read and search. */
  readonly readonlyAgent: string;
  /** Why there are no such types, and what to do; `null`: there are. */
  readonly problem: string | null;
}
