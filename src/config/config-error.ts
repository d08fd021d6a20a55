import { displayPath } from './paths.ts';

/** One thing wrong with the configuration, for one line of output. */
export interface ConfigIssue {
  /** `modelRoutes.gpt-4o.alias`, `CC_ROUTE_PORT`, `--port`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong and what would be right; never a secret. */
  readonly message: string;
  /** Counted from 1. Absent: the issue has no place in the file. */
  readonly line?: number;
  /** In UTF-16 code units, counted from 1. */
  readonly column?: number;
  /** Absent: the file. */
  readonly source?: 'environment' | 'flag';
}

/** `file:line:column  path: message`, as far as each is known. */
function formatIssue(issue: ConfigIssue, file: string | null): string {
  const message = issue.path === '' ? issue.message : `${issue.path}: ${issue.message}`;
  if (issue.source !== undefined || file === null) return message;
  if (issue.line === undefined) return `${file}: ${message}`;
  return `${file}:${issue.line}:${issue.column ?? 1}  ${message}`;
}

/**
 * The configuration can't be used. `message` is one line per problem, ready for a terminal, in
 * the order of the file.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** The file's absolute path, where one was read or asked for. */
  readonly file: string | null;
  readonly issues: readonly ConfigIssue[];

  constructor(
    file: string | null,
    issues: readonly ConfigIssue[],
    shownFile = file === null ? null : displayPath(file),
  ) {
    const sorted = [...issues].sort(
      (a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
    );
    super(sorted.map((issue) => formatIssue(issue, shownFile)).join('\n'));
    this.file = file;
    this.issues = sorted;
  }
}

/** A key's place in the file, from the outside in. */
export type KeyPath = readonly (string | number)[];

/** `modelRoutes.gpt-4o.alias[1]`; names with spaces or control characters are quoted. */
export function formatPath(path: KeyPath): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (!/^[^\s\p{C}"[\]]+$/u.test(part)) return `[${JSON.stringify(part)}]`;
      return index === 0 ? part : `.${part}`;
    })
    .join('');
}
