import { paint, plural, type Style } from '../output.ts';
import type { Finding, Level } from './finding.ts';

const MARKS: Readonly<Record<Level, readonly [string, Style]>> = {
  ok: ['ok', 'green'],
  note: ['note', 'dim'],
  warning: ['warning', 'yellow'],
  error: ['error', 'red'],
};

const MARK_WIDTH = 'warning'.length;

/** The findings for people: what is, and below it why it matters and what mends it. */
export function reportText(findings: readonly Finding[]): string {
  const blocks = findings.map((finding, index) => {
    const isNew = findings[index - 1]?.check !== finding.check;
    const title = isNew ? `${index === 0 ? '' : '\n'}${paint('bold', finding.check)}\n` : '';
    return title + findingText(finding);
  });
  return `${blocks.join('\n')}\n\n${summary(findings)}`;
}

function findingText({ level, what, why, mend }: Finding): string {
  const [mark, style] = MARKS[level];
  const indent = ' '.repeat(MARK_WIDTH + 4);
  const lines = [
    `  ${paint(style, mark)}${' '.repeat(MARK_WIDTH - mark.length)}  ${what.replaceAll('\n', `\n${indent}`)}`,
  ];
  if (why !== undefined) lines.push(`${indent}${paint('dim', why)}`);
  if (mend !== undefined) lines.push(`${indent}→ ${mend}`);
  return lines.join('\n');
}

export const countOf = (findings: readonly Finding[], level: Level): number =>
  findings.filter((finding) => finding.level === level).length;

function summary(findings: readonly Finding[]): string {
  const errors = countOf(findings, 'error');
  const warnings = countOf(findings, 'warning');
  if (errors + warnings === 0) return paint('green', 'All is well.');
  const parts = [
    ...(errors === 0 ? [] : [paint('red', plural(errors, 'error'))]),
    ...(warnings === 0 ? [] : [paint('yellow', plural(warnings, 'warning'))]),
  ];
  return parts.join(', ');
}
