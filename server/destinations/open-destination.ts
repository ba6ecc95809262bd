import { fileURLToPath } from 'node:url';
import { eq } from 'drizzle-orm';
import * as z from 'zod';
import { destination } from '@/db/schema/definitions.ts';
import type { Secrets } from '@/server/config/config.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { AppError } from '@/server/errors/app-error.ts';
import type { Sealer } from '@/server/secrets/seal.ts';
import type { CatalogAuth } from './destination-input.ts';
import { catalogSecret, s3Secret } from './sealed-places.ts';

/** What a worker needs to write to a destination; plain values, secrets unsealed. */
export type OpenedDestination = {
  readonly catalog: {
    /** Base URI of the REST catalog, without `/v1` and without a trailing slash. */
    readonly uri: string;
    readonly warehouse: string;
    readonly auth: CatalogAuth;
    readonly isEmbedded: boolean;
  };
  /** file:///... or s3://bucket/prefix, without a trailing slash: where tables are placed. */
  readonly rootUri: string;
  readonly storage:
    | { readonly kind: 'file'; readonly root: string }
    | {
        readonly kind: 's3';
        readonly region: string;
        readonly endpoint?: string;
        readonly pathStyle: boolean;
        readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
      };
};

type Deps = Pick<ControlDeps, 'database' | 'sealer' | 'config'> & { readonly secrets: Pick<Secrets, 'internalKey'> };
type Row = typeof destination.$inferSelect;

/** Reads and unseals a destination. Throws NOT_FOUND, or SECRET_UNREADABLE under another encryption key. */
export async function openDestination(deps: Deps, id: string): Promise<OpenedDestination> {
  const [row] = await deps.database.db.select().from(destination).where(eq(destination.id, id));
  if (!row) throw new AppError('NOT_FOUND', `there is no destination ${id}`);
  const isEmbedded = row.catalogKind === 'embedded';
  return {
    catalog: {
      uri: isEmbedded ? deps.config.catalogUrl : (row.catalogUri ?? ''),
      warehouse: row.warehouse,
      auth: isEmbedded ? { kind: 'bearer', token: deps.secrets.internalKey } : openAuth(row, deps.sealer),
      isEmbedded,
    },
    rootUri: row.storageRoot,
    storage: openStorageColumns(row, deps.sealer),
  };
}

const bearer = z.object({ token: z.string() });
// Scope and token endpoint were sealed, too, before they had columns.
const oauth2 = z.object({
  clientId: z.string(),
  clientSecret: z.string(),
  scope: z.string().optional(),
  tokenUri: z.string().optional(),
});
const s3Credentials = z.object({ accessKeyId: z.string(), secretAccessKey: z.string() });

function openAuth(row: Row, sealer: Sealer): CatalogAuth {
  if (row.catalogSecretSealed === null) return { kind: 'none' };
  const secret: unknown = JSON.parse(sealer.open(row.catalogSecretSealed, catalogSecret(row.id)));
  if (row.catalogAuth === 'bearer') return { kind: 'bearer', ...bearer.parse(secret) };
  return {
    kind: 'oauth2',
    ...oauth2.parse(secret),
    ...(row.catalogScope === null ? {} : { scope: row.catalogScope }),
    ...(row.catalogTokenUri === null ? {} : { tokenUri: row.catalogTokenUri }),
  };
}

function openStorageColumns(row: Row, sealer: Sealer): OpenedDestination['storage'] {
  if (row.storageKind === 'file') return { kind: 'file', root: fileURLToPath(row.storageRoot) };
  const sealed = row.s3SecretSealed;
  return {
    kind: 's3',
    region: row.s3Region ?? 'us-east-1',
    pathStyle: row.s3PathStyle,
    ...(row.s3Endpoint === null ? {} : { endpoint: row.s3Endpoint }),
    ...(sealed === null ? {} : { credentials: s3Credentials.parse(JSON.parse(sealer.open(sealed, s3Secret(row.id)))) }),
  };
}
