import type { JsonNode } from './json-node.ts';

/** Whether a field's name occurs at all, at whatever place. */
export function mentionsField(body: Buffer, path: string): boolean {
  return body.includes(`"${path.slice(path.lastIndexOf('.') + 1)}"`);
}

/**
 * Takes a field out wherever its path leads, and an object with it that has nothing else in it.
 * `*` stands for every element of a list: `tools.*.strict`.
 */
export function deleteField(root: JsonNode, path: string): void {
  deleteAt(root, path.split('.'));
}

function deleteAt(node: JsonNode, [step, ...rest]: readonly string[]): void {
  if (step === undefined) return;
  if (step === '*') {
    for (const item of node.items()) deleteAt(item, rest);
  } else if (rest.length === 0) {
    node.delete(step);
  } else {
    const inner = node.get(step);
    if (inner === undefined) return;
    const had = inner.keys().length;
    deleteAt(inner, rest);
    if (had > 0 && inner.keys().length === 0) node.delete(step);
  }
}
