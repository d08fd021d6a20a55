/** What a scripted model says, apart from the wire format that carries it. */

export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

export interface ToolPart {
  readonly type: 'tool';
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export type Part = TextPart | ToolPart;

export interface ReplyContent {
  readonly parts: readonly Part[];
}

/** How the bytes of an answer travel. Absent: identity coding, one chunk per event, to the end. */
export interface Delivery {
  readonly gzip?: boolean;
  /** Cuts the body into HTTP chunks of this size, regardless of the events. */
  readonly chunkBytes?: number;
  /** Waits this long before the status line. */
  readonly headDelayMs?: number;
  /** Pauses this long after every chunk. */
  readonly pauseMs?: number;
  /** Says nothing for this long after the fourth event, with the answer begun. */
  readonly silenceMs?: number;
  /** Destroys the connection after this many bytes of the body. */
  readonly cutAfterBytes?: number;
  /** Destroys the connection in the middle of the event after this many; half-way in a JSON body. */
  readonly cutAfterEvents?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Reply =
  /** A complete answer, as JSON or as an event stream, whichever the request asks for. */
  | ({ readonly kind: 'content' } & ReplyContent & Delivery)
  /** An error status with a body in the vendor's shape. */
  | ({
      readonly kind: 'error';
      readonly status: number;
      readonly message?: string;
    } & Delivery)
  /** Status 200, then an error inside the event stream (after one event where `late`). */
  | { readonly kind: 'error-in-stream'; readonly message: string; readonly late?: boolean }
  /** Exactly these bytes. */
  | ({
      readonly kind: 'raw';
      readonly status: number;
      readonly body: string | Uint8Array;
    } & Delivery)
  /** Closes the connection before the first byte. */
  | { readonly kind: 'reset' }
  /** Never answers; ends when the client leaves. */
  | { readonly kind: 'silent' }
  /** Sends the start of a stream and then text for ever, as fast as the client reads. */
  | { readonly kind: 'endless'; readonly pauseMs?: number };

type ContentReply = Extract<Reply, { kind: 'content' }>;

export const text = (value: string, delivery: Delivery = {}): ContentReply => ({
  kind: 'content',
  parts: [{ type: 'text', text: value }],
  ...delivery,
});

export const tool = (name: string, input: ToolPart['input']): ToolPart => ({
  type: 'tool',
  name,
  input,
});

export const say = (value: string): TextPart => ({ type: 'text', text: value });

export const content = (parts: readonly Part[], delivery: Delivery = {}): ContentReply => ({
  kind: 'content',
  parts,
  ...delivery,
});

/** Text in pieces of a few words, the way models stream it. */
export function pieces(value: string): string[] {
  return value.match(/\S*\s*\S*\s*/gu)?.filter((piece) => piece !== '') ?? [];
}

/** A string cut into runs of `size` characters. */
export function runs(value: string, size: number): string[] {
  const cut: string[] = [];
  for (let at = 0; at < value.length; at += size) cut.push(value.slice(at, at + size));
  return cut;
}

let counter = 0;

/** A fresh identifier in a vendor's style: the prefix and 24 characters. */
export function freshId(prefix: string): string {
  counter += 1;
  return `${prefix}${counter.toString(36).padStart(4, '0')}AbCdEfGhIjKlMnOpQrSt`;
}
