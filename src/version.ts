import manifest from '../package.json' with { type: 'json' };

/** Put in by `scripts/compile.ts`; absent where the program runs from its source. */
declare const CC_ROUTE_COMMIT: string | undefined;
declare const CC_ROUTE_TARGET: string | undefined;
declare const CC_ROUTE_DOWNLOAD_URL: string | undefined;

/** The version in package.json. */
export const VERSION: string = manifest.version;

/** The commit this executable was made from; `null` from source or outside a clone. */
export const COMMIT: string | null =
  typeof CC_ROUTE_COMMIT === 'string' && CC_ROUTE_COMMIT !== '' ? CC_ROUTE_COMMIT : null;

/** `linux-x64-musl`, as in the file names of a release; `null` where it was not made for one. */
export const TARGET: string | null =
  typeof CC_ROUTE_TARGET === 'string' && CC_ROUTE_TARGET !== '' ? CC_ROUTE_TARGET : null;

/** Where the latest release is, as in the installer; `null` where this belongs to none. */
export const DOWNLOAD_URL: string | null =
  typeof CC_ROUTE_DOWNLOAD_URL === 'string' && CC_ROUTE_DOWNLOAD_URL !== ''
    ? CC_ROUTE_DOWNLOAD_URL
    : null;
