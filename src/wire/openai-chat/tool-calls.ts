import { argumentText } from './arguments.ts';
import { asNumber, asObject, nonEmpty, type JsonObject } from '../json.ts';
import { JsonMender } from './json-mender.ts';

/** One call as it grows. */
export interface ToolCallState {
  upstreamId: string | undefined;
  name: string;
  /** Takes the arguments as they come. */
  readonly mender: JsonMender;
  /** Arguments that the client doesn't have yet. */
  unsent: string;
  /** Google's signature of the thought behind the call. */
  signature: string | undefined;
  index: number | undefined;
  state: 'waiting' | 'live' | 'closed';
}

/**
 * White space without end: a known failure of models, in constrained decoding above all, which would
 * go on until the output limit. In strings, and there also as escapes, more of it may be meant.
 */
const MAX_BLANK_CHARS = 500;
const MAX_BLANK_CHARS_IN_STRING = 10_000;

/**
 * Finds out which call a delta belongs to. Ids, indices and names are each missing, repeated or
 * reused by some server: Ollama gives every call the index 0 (vercel/ai#14277), others repeat the
 * name, send a new id with every chunk, or none at all.
 */
export class ToolCalls {
  readonly #calls: ToolCallState[] = [];
  readonly #byId = new Map<string, ToolCallState>();
  readonly #byIndex = new Map<number, ToolCallState>();

  /** All calls in the order in which they were first seen. */
  get all(): readonly ToolCallState[] {
    return this.#calls;
  }

  /** Takes one entry of `delta.tool_calls`; returns the call that it belongs to. */
  add(delta: JsonObject): ToolCallState {
    const fields = asObject(delta['function']);
    const name = nonEmpty(fields['name']) ?? '';
    const args = argumentText(fields['arguments']);
    const call = this.#find(nonEmpty(delta['id']), asNumber(delta['index']), name, args);
    if (call.name === '') call.name = name;
    call.unsent += call.mender.push(args);
    const google = asObject(asObject(delta['extra_content'])['google']);
    call.signature ??= nonEmpty(google['thought_signature']);
    return call;
  }

  #find(
    id: string | undefined,
    index: number | undefined,
    name: string,
    args: string,
  ): ToolCallState {
    const known = id === undefined ? undefined : this.#byId.get(id);
    if (known !== undefined) {
      const otherIndex = index !== undefined && known.index !== index;
      const isNew = (otherIndex && name !== '') || startsAnew(known, name, args);
      return isNew ? this.#create(undefined, index) : known;
    }
    if (id !== undefined && name !== '') {
      // A first chunk with index alone may have come before.
      const unnamed = index === undefined ? undefined : this.#byIndex.get(index);
      if (unnamed?.name === '' && unnamed.upstreamId === undefined) return this.#name(unnamed, id);
      return this.#create(id, index);
    }
    const atIndex = index === undefined ? undefined : this.#byIndex.get(index);
    const latest = id === undefined && index === undefined ? this.#calls.at(-1) : undefined;
    const running = atIndex ?? latest;
    if (running === undefined || startsAnew(running, name, args)) return this.#create(id, index);
    return running;
  }

  #create(id: string | undefined, index: number | undefined): ToolCallState {
    const call: ToolCallState = {
      upstreamId: id,
      name: '',
      mender: new JsonMender(),
      unsent: '',
      signature: undefined,
      index,
      state: 'waiting',
    };
    this.#calls.push(call);
    if (id !== undefined) this.#byId.set(id, call);
    if (index !== undefined) this.#byIndex.set(index, call);
    return call;
  }

  #name(call: ToolCallState, id: string): ToolCallState {
    call.upstreamId = id;
    this.#byId.set(id, call);
    return call;
  }
}

/** A second whole call under the same index or id: named, after arguments that were complete. */
function startsAnew(call: ToolCallState, name: string, args: string): boolean {
  return name !== '' && args.trimStart().startsWith('{') && call.mender.complete;
}

/** Whether the arguments have run into white space without end. */
export function isRunaway(call: ToolCallState): boolean {
  const { blankChars, inString } = call.mender;
  return blankChars > (inString ? MAX_BLANK_CHARS_IN_STRING : MAX_BLANK_CHARS);
}
