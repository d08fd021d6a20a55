import type { Environment } from './paths.ts';

/** What became of a text with `${NAME}` in it. */
export interface Expansion {
  /** Every reference replaced; those without a value are gone. */
  readonly text: string;
  /** The variables used, in order. */
  readonly used: readonly string[];
  /** The variables that are unset or empty. */
  readonly unset: readonly string[];
}

const REFERENCE = /\$\{([^{}]*)\}/g;
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * Fills in the environment's values. A value's own `${…}` is not expanded, and white space around
 * it is dropped, as a key read from a file often ends in a line break.
 */
export function expandVariables(text: string, env: Environment): Expansion {
  const used: string[] = [];
  const unset: string[] = [];
  const expanded = text.replaceAll(REFERENCE, (_, name: string) => {
    const value = env[name]?.trim() ?? '';
    if (!used.includes(name)) used.push(name);
    if (value === '' && !unset.includes(name)) unset.push(name);
    return value;
  });
  return { text: expanded, used, unset };
}

/** What is wrong with the references in a text, whatever the environment; `undefined`: nothing. */
export function malformedReference(text: string): string | undefined {
  const names = [...text.matchAll(REFERENCE)].map((match) => match[1] ?? '');
  const rest = text.replaceAll(REFERENCE, '');
  if (names.every((name) => NAME.test(name)) && !rest.includes('${')) return undefined;
  return 'holds a malformed variable; write ${NAME} with letters, digits and underscores only';
}

/** `A is not set in the gateway's environment`, for one or several variables. */
export function unsetProblem(names: readonly string[]): string {
  const verb = names.length === 1 ? 'is' : 'are';
  return `${names.join(' and ')} ${verb} not set in the gateway's environment`;
}
