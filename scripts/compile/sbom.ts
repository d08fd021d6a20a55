import { join } from 'node:path';

const root = join(import.meta.dir, '../..');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** A package of the lock file: `[ "name@version", registry, details, integrity ]`. */
type Locked = readonly [string, string, { readonly dependencies?: Record<string, string> }, string];

/**
 * The software bill of materials of every executable, as CycloneDX 1.6
 * (https://cyclonedx.org/docs/1.6/json/): the packages that are compiled in, with the hashes of
 * the lock file, and Bun itself. It holds no date and no serial number, so that it is the same for
 * the same sources.
 */
export async function billOfMaterials(commit: string): Promise<string> {
  const manifest = (await Bun.file(join(root, 'package.json')).json()) as Manifest & {
    readonly engines: { readonly bun: string };
  };
  const lock = Bun.JSONC.parse(await Bun.file(join(root, 'bun.lock')).text()) as {
    readonly packages: Readonly<Record<string, Locked>>;
  };
  const names = runtimePackages(Object.keys(manifest.dependencies ?? {}), lock.packages);
  const components = await Promise.all(names.map((name) => component(name, lock.packages)));
  const reference = `pkg:npm/${manifest.name}@${manifest.version}`;
  const bun = manifest.engines.bun;
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': reference,
        name: manifest.name,
        version: manifest.version,
        description: manifest.description,
        licenses: [{ license: { id: manifest.license } }],
        purl: reference,
        ...(commit === '' ? {} : { properties: [{ name: 'commit', value: commit }] }),
      },
    },
    components: [
      {
        type: 'platform',
        'bom-ref': `pkg:npm/bun@${bun}`,
        name: 'bun',
        version: bun,
        licenses: [{ license: { id: 'MIT' } }],
        purl: `pkg:npm/bun@${bun}`,
      },
      ...components,
    ],
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

/** The direct dependencies and all that they bring, by name. */
function runtimePackages(
  direct: readonly string[],
  packages: Readonly<Record<string, Locked>>,
): string[] {
  const found = new Set<string>();
  const visit = (name: string): void => {
    const entry = packages[name];
    if (entry === undefined || found.has(name)) return;
    found.add(name);
    for (const next of Object.keys(entry[2].dependencies ?? {})) {
      visit(packages[`${name}/${next}`] === undefined ? next : `${name}/${next}`);
    }
  };
  for (const name of direct) visit(name);
  return [...found].sort();
}

async function component(key: string, packages: Readonly<Record<string, Locked>>) {
  const [id = '', , , integrity = ''] = packages[key] ?? [];
  const at = id.lastIndexOf('@');
  const name = id.slice(0, at);
  const version = id.slice(at + 1);
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const { license } = (await Bun.file(
    join(root, 'node_modules', key.replaceAll(/\/(?=[^@])/g, '/node_modules/'), 'package.json'),
  )
    .json()
    .catch(() => ({}))) as Partial<Manifest>;
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    ...(license === undefined ? {} : { licenses: [{ license: { id: license } }] }),
    hashes: [
      { alg: 'SHA-512', content: Buffer.from(integrity.slice(7), 'base64').toString('hex') },
    ],
  };
}
