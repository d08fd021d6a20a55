import { messagesOf, type ChatMessage, type ChatToolCall, type Json } from './vendor.ts';

/** What a vendor thought and gave out, by the ids of the calls that followed. */
export class Memory<Thought> {
  readonly #thoughts = new Map<string, Thought>();
  #count = 0;
  readonly damage: string[] = [];

  /** Counts replies, so that each thought is one of its kind. */
  next(): number {
    this.#count += 1;
    return this.#count;
  }

  keep(calls: readonly ChatToolCall[], thought: Thought): void {
    for (const call of calls) this.#thoughts.set(call.id, thought);
  }

  /** Notes every message whose calls came from here and whose thought is not what it was. */
  compare(request: Json, read: (message: ChatMessage) => unknown): void {
    for (const message of messagesOf(request)) {
      const ids = (message.tool_calls ?? []).map((call) => call.id);
      const thought = ids.map((id) => this.#thoughts.get(id)).find((one) => one !== undefined);
      if (thought === undefined) continue;
      const came = read(message);
      if (JSON.stringify(came) !== JSON.stringify(thought)) {
        this.damage.push(
          `the thought before ${ids.join(', ')} came back as ${JSON.stringify(came)}`,
        );
      }
    }
  }
}
