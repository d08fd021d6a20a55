/** A text as a table's cell: one line, and no bar that would end it. */
export const cell = (text: string): string =>
  text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|');

export function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
