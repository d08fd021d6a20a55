/** A fenced block of a Markdown file. */
export interface Fence {
  /** The nearest heading of level two or three. */
  readonly section: string;
  /** What stands behind the opening fence. */
  readonly language: string;
  readonly text: string;
  /** Of its first line, counted from 1. */
  readonly line: number;
}

/** Every fenced block, in order. */
export function fencesOf(markdown: string): Fence[] {
  const fences: Fence[] = [];
  let section = '';
  let open: { readonly language: string; readonly line: number } | null = null;
  let lines: string[] = [];
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^```(\S*)$/u.exec(line);
    if (open !== null) {
      if (fence === null) lines.push(line);
      else {
        fences.push({ section, ...open, text: lines.join('\n') });
        open = null;
        lines = [];
      }
    } else if (fence !== null) {
      open = { language: fence[1] ?? '', line: index + 2 };
    } else {
      section = /^#{2,3} (.+)$/u.exec(line)?.[1] ?? section;
    }
  }
  return fences;
}

/** What is written between backticks outside of fenced blocks. */
export function codeSpansOf(markdown: string): string[] {
  const prose = markdown.replaceAll(/^```[\s\S]*?^```$/gmu, '');
  return [...prose.matchAll(/`([^`\n]+)`/gu)].map((match) => match[1] ?? '');
}

/** Targets of links and pictures within the repository, without their anchors. */
export function localLinksOf(markdown: string): string[] {
  const links = [...markdown.matchAll(/\]\(([^)\s]+)\)/gu)].map((match) => match[1] ?? '');
  return links
    .filter((link) => !/^(?:https?:|mailto:|#|\.\.\/\.\.\/releases)/u.test(link))
    .map((link) => link.replace(/#.*$/u, ''));
}
