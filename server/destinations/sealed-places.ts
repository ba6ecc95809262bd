import type { SealedPlace, Sealer } from '@/server/secrets/seal.ts';
import type { CatalogAuth } from './destination-input.ts';

/** Where a destination's secrets are sealed. */
export const catalogSecret = (rowId: string): SealedPlace => ({
  table: 'destination',
  column: 'catalog_secret_sealed',
  rowId,
});
export const s3Secret = (rowId: string): SealedPlace => ({ table: 'destination', column: 's3_secret_sealed', rowId });

/** How a catalog is signed in to, as columns: what is no secret stays readable. */
export function authColumns(auth: CatalogAuth, { id, sealer }: { id: string; sealer: Sealer }) {
  const seal = (secret: object) => sealer.seal(JSON.stringify(secret), catalogSecret(id));
  const columns = { catalogAuth: auth.kind, catalogSecretSealed: null, catalogScope: null, catalogTokenUri: null };
  if (auth.kind === 'none') return columns;
  if (auth.kind === 'bearer') return { ...columns, catalogSecretSealed: seal({ token: auth.token }) };
  const { clientId, clientSecret, scope = null, tokenUri = null } = auth;
  return {
    ...columns,
    catalogSecretSealed: seal({ clientId, clientSecret }),
    catalogScope: scope,
    catalogTokenUri: tokenUri,
  };
}
