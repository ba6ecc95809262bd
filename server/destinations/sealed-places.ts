import type { SealedPlace } from '@/server/secrets/seal.ts';

/** Where a destination's secrets are sealed. */
export const catalogSecret = (rowId: string): SealedPlace => ({
  table: 'destination',
  column: 'catalog_secret_sealed',
  rowId,
});
export const s3Secret = (rowId: string): SealedPlace => ({ table: 'destination', column: 's3_secret_sealed', rowId });
