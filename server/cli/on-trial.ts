/** Headers of a request that is to be checked in full, and not carried out. */
export const ON_TRIAL = { 'Dry-Run': 'true' } as const;
