import { join } from 'node:path';

/** A request of the real Claude Code as it was recorded, its prose replaced by filler. */
export interface RecordedRequest {
  /** `2.1.330/main-turn` */
  readonly name: string;
  readonly method: string;
  /** With the query string. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
}

const folder = join(import.meta.dir, '../fixtures/claude-code');

/** All recorded requests, of every version of the client. */
export const recordedRequests: readonly RecordedRequest[] = await Promise.all(
  [...new Bun.Glob('*/*.json').scanSync(folder)].sort().map(async (file) =>
    Object.assign((await Bun.file(join(folder, file)).json()) as RecordedRequest, {
      name: file.replace(/\.json$/u, ''),
    }),
  ),
);
