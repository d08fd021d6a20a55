import type { Subprocess } from 'bun';

interface Question {
  readonly id: number;
  readonly content: unknown;
}

type Answer<Content> =
  | { readonly id: number; readonly content: Content }
  | { readonly id: number; readonly error: string };

/** In a child process: answers the parent's questions, and ends when the parent does. */
export function serveParent(handle: (question: unknown) => Promise<unknown>): void {
  const send = (answer: Answer<unknown>): void => {
    process.send?.(answer);
  };
  process.on('message', ({ id, content }: Question) => {
    handle(content).then(
      (answer) => send({ id, content: answer }),
      (error: unknown) => send({ id, error: String(error) }),
    );
  });
  process.on('disconnect', () => process.exit(0));
  // ^C reaches the whole group of processes; the parent decides when its children end.
  process.on('SIGINT', () => {});
}

/** A child process that answers questions. */
export class Peer {
  readonly #child: Subprocess;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;

  /** @param spawn starts the process with the handlers of its messages and of its end. */
  constructor(
    spawn: (onMessage: (message: unknown) => void, onExit: () => void) => Subprocess,
    name: string,
  ) {
    this.#child = spawn(
      (message) => this.#settle(message as Answer<unknown>),
      () => {
        for (const { reject } of this.#waiting.values()) reject(new Error(`the ${name} ended`));
      },
    );
  }

  /** @throws Error where the child ends, fails, or stays silent for longer than `limitMs`. */
  async ask<Answered>(question: unknown, limitMs = 60_000): Promise<Answered> {
    const id = (this.#lastId += 1);
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    const timer = setTimeout(
      () => waiting.reject(new Error(`no answer within ${limitMs} ms`)),
      limitMs,
    );
    try {
      this.#child.send({ id, content: question });
      return (await waiting.promise) as Answered;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }

  #settle(answer: Answer<unknown>): void {
    const waiting = this.#waiting.get(answer.id);
    if ('error' in answer) waiting?.reject(new Error(answer.error));
    else waiting?.resolve(answer.content);
  }
}
