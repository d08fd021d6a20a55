import manifest from '../package.json' with { type: 'json' };

/** Put in by `scripts/compile.ts`; absent where the program runs from its source. */
declare const CC_ROUTE_COMMIT: string | undefined;

/** The version in package.json. */
export const VERSION: string = manifest.version;

/** The commit this executable was made from; `null` from source or outside a clone. */
export const COMMIT: string | null =
  typeof CC_ROUTE_COMMIT === 'string' && CC_ROUTE_COMMIT !== '' ? CC_ROUTE_COMMIT : null;
