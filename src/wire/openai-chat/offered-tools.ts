import { asObject, type JsonObject } from '../json.ts';
import type { ChatTool } from './chat.ts';
import type { ToolNames } from './tool-names.ts';

/** A tool that the request offered. */
export interface OfferedTool {
  /** As the upstream knows it. */
  readonly name: string;
  readonly parameters: JsonObject;
}

/** The tools of one request, as the reply to it refers to them. */
export class OfferedTools {
  readonly #tools: ReadonlyMap<string, OfferedTool>;
  readonly #names: ToolNames;
  /** By what is left of a name without its spelling; `null` where several are left with the same. */
  #alike: Map<string, OfferedTool | null> | null = null;

  constructor(tools: readonly ChatTool[], names: ToolNames) {
    this.#names = names;
    this.#tools = new Map(
      tools.map(({ function: { name, parameters } }) => [
        name,
        { name, parameters: asObject(parameters) },
      ]),
    );
  }

  get none(): boolean {
    return this.#tools.size === 0;
  }

  /**
   * The tool of that name, or the only one whose name differs just in case, in separators, or in
   * what models and servers put around it: `bash`, `mcp.files.read`, `functions.Bash:0`,
   * `Bash<|channel|>commentary` (gpt-oss).
   */
  find(name: string): OfferedTool | undefined {
    const exact = this.#tools.get(name);
    if (exact !== undefined) return exact;
    if (this.#alike === null) {
      this.#alike = new Map();
      for (const tool of this.#tools.values()) {
        const key = withoutSpelling(tool.name);
        this.#alike.set(key, this.#alike.has(key) ? null : tool);
      }
    }
    return this.#alike.get(withoutSpelling(name)) ?? undefined;
  }

  /** The client's name for what the model called. A tool that wasn't offered keeps its name. */
  clientName(name: string): string {
    return this.#names.toClient(this.find(name)?.name ?? name);
  }
}

function withoutSpelling(name: string): string {
  return name
    .replace(/^.*\bto=/s, '')
    .replace(/<\|.*$/s, '')
    .replace(/^(?:functions?|tools?|default_api)[.:]/i, '')
    .replace(/:\d+$/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '');
}
