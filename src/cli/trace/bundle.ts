import { readFileSync, writeFileSync } from 'node:fs';
import { redact } from '../../lib/redact.ts';
import type { Lesson } from '../../core/route-summary.ts';
import type { RecentCall } from '../../telemetry/recent-calls.ts';
import { COMMIT, VERSION } from '../../version.ts';
import { outline } from './outline.ts';

const FORMAT = 'cc-route trace 1';

/** One exchange in a file, fit for a bug report. */
export interface Bundle {
  readonly format: typeof FORMAT;
  readonly version: string;
  readonly commit: string | null;
  /** `linux-x64` */
  readonly platform: string;
  /** Without what tells one session from another. */
  readonly call: RecentCall;
  /** How the route's upstream is spoken to; `null`: it is no route of the configuration. */
  readonly route: {
    readonly wire: string;
    readonly contextWindow: number | null;
    readonly learned: readonly Lesson[];
  } | null;
  readonly request: SavedRequest;
}

/** `outline`: its structure without any text. `none`: the gateway didn't keep it. */
type SavedRequest =
  | { readonly kind: 'content' | 'outline'; readonly body: unknown }
  | { readonly kind: 'none' };

export interface BundleSource {
  readonly call: RecentCall;
  readonly route: Bundle['route'];
  /** The request's body; `null`: the gateway doesn't keep it. */
  readonly body: string | null;
  readonly withContent: boolean;
}

/** Puts a bundle together. Keys are taken out of it even where its content is wanted. */
export function makeBundle({ call, route, body, withContent }: BundleSource): Bundle {
  return {
    format: FORMAT,
    version: VERSION,
    commit: COMMIT,
    platform: `${process.platform}-${process.arch}`,
    call: { ...call, session: null, agent: null },
    route,
    request: savedRequest(body, withContent),
  };
}

function savedRequest(text: string | null, withContent: boolean): SavedRequest {
  if (text === null) return { kind: 'none' };
  // A key has no character that JSON escapes, so what is taken out leaves valid JSON.
  const body: unknown = JSON.parse(redact(text));
  return withContent ? { kind: 'content', body } : { kind: 'outline', body: outline(body) };
}

/** Writes a bundle for its owner's eyes. @throws Error where the file is there already */
export function saveBundle(file: string, bundle: Bundle): void {
  try {
    writeFileSync(file, `${JSON.stringify(bundle, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new Error(`${file} is there already; name another file`, { cause: error });
  }
}

/**
 * The request of a bundle, to be sent again.
 *
 * @throws Error where the file is none, or was saved without content
 */
export function readRequest(file: string): Readonly<Record<string, unknown>> {
  const bundle = parseBundle(file);
  const { request } = bundle;
  if (request.kind !== 'content') {
    throw new Error(
      `${file} has no content to send again; save it with: cc-route trace --id ${bundle.call.id} --save FILE --with-content`,
    );
  }
  return request.body as Record<string, unknown>;
}

function parseBundle(file: string): Bundle {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${file} can't be read: ${reason}`, { cause: error });
  }
  const bundle = value as Partial<Bundle> | null;
  if (bundle?.format !== FORMAT || bundle.request === undefined || bundle.call === undefined) {
    throw new Error(`${file} is no trace; cc-route trace --save makes one`);
  }
  return bundle as Bundle;
}
