import { type ConfigIssue, formatPath, type KeyPath } from './config-error.ts';
import type { Anchor, Document } from './document.ts';

/** Where a value stands: a path in the file, or the name of a variable (`A_B`) or flag (`--a`). */
export type Place = KeyPath | string;

/** Collects what is wrong with a configuration, so that all of it can be told at once. */
export interface Report {
  readonly issues: readonly ConfigIssue[];
  readonly warnings: readonly string[];
  error(place: Place, message: string, anchor?: Anchor): void;
  warn(place: Place, message: string): void;
}

/** @param document where the file's lines and columns come from; absent: there is no file */
export function createReport(document?: Document): Report {
  const issues: ConfigIssue[] = [];
  const warnings: string[] = [];
  return {
    issues,
    warnings,
    error(place, message, anchor) {
      if (typeof place === 'string') {
        const source = place.startsWith('-') ? 'flag' : 'environment';
        issues.push({ path: place, message, source });
      } else {
        const position = document?.locate(place, anchor);
        issues.push({ path: formatPath(place), message, ...position });
      }
    },
    warn(place, message) {
      const path = typeof place === 'string' ? place : formatPath(place);
      warnings.push(`${path}: ${message}`);
    },
  };
}
