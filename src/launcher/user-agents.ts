import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Names of the subagent types in a folder of Markdown files, as Claude Code reads them from
 * `~/.claude/agents` and a project's `.claude/agents`. What can't be read has none.
 */
export function agentNamesIn(folder: string): string[] {
  return filesIn(folder).flatMap((path) => {
    const head = /^---\r?\n(.*?)\r?\n---/su.exec(readText(path))?.[1] ?? '';
    const name = /^name:[ \t]*(.+?)[ \t]*$/mu.exec(head)?.[1];
    return name === undefined ? [] : [name.replace(/^(['"])(.*)\1$/u, '$2')];
  });
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md'))
      .map((file) => join(folder, file));
  } catch {
    return [];
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
