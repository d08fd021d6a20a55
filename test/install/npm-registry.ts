import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../support/run.ts';

/** As much of an npm registry as `npm install` asks for, with the tarballs of a folder. */
export interface NpmRegistry extends AsyncDisposable {
  readonly url: string;
}

interface Packument {
  readonly name: string;
  readonly version: string;
}

export async function startNpmRegistry(tarballs: string): Promise<NpmRegistry> {
  const packages = new Map<string, readonly [Packument, string]>();
  for (const file of readdirSync(tarballs)) {
    const { stdout } = await run(['tar', 'xzOf', join(tarballs, file), 'package/package.json'], {
      cwd: tarballs,
      env: { PATH: '/usr/bin:/bin' },
    });
    const manifest = JSON.parse(stdout) as Packument;
    packages.set(manifest.name, [manifest, file]);
  }
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch(request, { port }) {
      const path = new URL(request.url).pathname.slice(1);
      if (path.startsWith('-/')) return new Response(Bun.file(join(tarballs, path.slice(2))));
      const found = packages.get(path);
      if (found === undefined) return Response.json({ error: 'not found' }, { status: 404 });
      const [manifest, file] = found;
      const shasum = new Bun.CryptoHasher('sha1').update(readFileSync(join(tarballs, file)));
      const dist = { tarball: `http://127.0.0.1:${port}/-/${file}`, shasum: shasum.digest('hex') };
      const { name, version } = manifest;
      return Response.json({
        name,
        'dist-tags': { latest: version },
        versions: { [version]: { ...manifest, dist } },
      });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    async [Symbol.asyncDispose]() {
      await server.stop(true);
    },
  };
}
