import type { SealedPlace } from '@/server/secrets/seal.ts';

/** Where a source's password is sealed. */
export const sourcePassword = (rowId: string): SealedPlace => ({ table: 'source', column: 'password_sealed', rowId });
