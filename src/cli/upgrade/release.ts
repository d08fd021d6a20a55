import type { Environment } from '../../config/paths.ts';
import { isLoopback } from '../../lib/loopback.ts';
import { DOWNLOAD_URL, TARGET } from '../../version.ts';

/** Why an upgrade can't be had. The message says what to do instead. */
export class UpgradeError extends Error {
  override readonly name = 'UpgradeError';
}

/** One file of a release, and what it must look like. */
export interface ReleaseFile {
  readonly url: string;
  /** Of the compressed file, in hex. */
  readonly packedSha256: string;
  /** Of the executable, in hex. */
  readonly sha256: string;
}

/**
 * The executable for this machine in the latest release, or in the given one.
 *
 * @param version without its `v`; `null`: the latest
 * @throws UpgradeError
 */
export async function findRelease(version: string | null, env: Environment): Promise<ReleaseFile> {
  const base = releaseAddress(version, env);
  if (TARGET === null) {
    throw new UpgradeError(
      'this executable was compiled on this machine and belongs to no release. ' +
        'Install one by install.sh, or compile it anew.',
    );
  }
  const name = `clauder-${TARGET}`;
  const sums = parseChecksums(new TextDecoder().decode(await download(`${base}/SHA256SUMS`)));
  const sha256 = sums.get(name);
  const packedSha256 = sums.get(`${name}.gz`);
  if (sha256 === undefined || packedSha256 === undefined) {
    throw new UpgradeError(`${base}/SHA256SUMS has no line for ${name}.`);
  }
  return { url: `${base}/${name}.gz`, packedSha256, sha256 };
}

/**
 * Fetches an executable and checks it.
 * @throws UpgradeError where it can't be had, or is not what the release says
 */
export async function fetchExecutable(file: ReleaseFile): Promise<Uint8Array> {
  const packed = await download(file.url);
  const problem = `${file.url} is not what the release says that it is; nothing was changed.`;
  if (sha256(packed) !== file.packedSha256) throw new UpgradeError(problem);
  const executable = Bun.gunzipSync(new Uint8Array(packed));
  if (sha256(executable) !== file.sha256) throw new UpgradeError(problem);
  return executable;
}

export const sha256 = (bytes: Uint8Array): string =>
  new Bun.CryptoHasher('sha256').update(bytes).digest('hex');

function releaseAddress(version: string | null, env: Environment): string {
  const base = (env['CC_ROUTE_DOWNLOAD_URL'] || DOWNLOAD_URL)?.replace(/\/$/, '');
  if (base === undefined) {
    throw new UpgradeError(
      'this executable belongs to no release. Install one by install.sh, or name an address by CC_ROUTE_DOWNLOAD_URL.',
    );
  }
  const { protocol, hostname } = new URL(base);
  if (protocol !== 'https:' && !isLoopback(hostname)) {
    throw new UpgradeError(`${base} is no https address.`);
  }
  return version === null ? base : base.replace(/\/latest\/download$/, `/download/v${version}`);
}

function parseChecksums(text: string): Map<string, string> {
  const lines = [...text.matchAll(/^([0-9a-f]{64}) {2}(\S+)$/gm)];
  return new Map(lines.map(([, sum = '', file = '']) => [file, sum]));
}

async function download(url: string): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new UpgradeError(`could not fetch ${url}: ${cause}`);
  }
  if (!response.ok) throw new UpgradeError(`could not fetch ${url}: status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
