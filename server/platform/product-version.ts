import manifest from '@/package.json' with { type: 'json' };

/** Philotes' own version, fixed when it was built. */
export const PRODUCT_VERSION: string = manifest.version;
