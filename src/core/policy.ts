/** Something that answers an input: the end of a pipeline, or everything behind a policy. */
export type Handler<Input, Output> = (input: Input) => Promise<Output>;

/**
 * One thing that happens around a call (observe, retry, fall back …). It may answer itself, call
 * `next` once or several times, or change what passes through.
 */
export type Policy<Input, Output> = (input: Input, next: Handler<Input, Output>) => Promise<Output>;

/** Puts policies around a handler; the first one is the outermost. */
export function compose<Input, Output>(
  policies: readonly Policy<Input, Output>[],
  handler: Handler<Input, Output>,
): Handler<Input, Output> {
  return policies.reduceRight<Handler<Input, Output>>(
    (next, policy) => (input) => policy(input, next),
    handler,
  );
}
