import type { Pool, PoolClient } from 'pg';
import type { TableIdentifier } from '@/server/domain/iceberg/identifier.ts';
import type { TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import type { TableUpdate } from '@/server/domain/iceberg/updates.ts';
import type { Log } from '@/server/platform/logger.ts';
import type { MetadataStore } from './metadata-store.ts';

export type CatalogScope = 'catalog:read' | 'catalog:write';

/** A warehouse the catalog serves: its name is the catalog's prefix. */
export type Warehouse = {
  readonly name: string;
  /** Root URI of every table, without a trailing slash: `file:///srv/lake`, `s3://bucket/prefix`. */
  readonly location: string;
  readonly store: MetadataStore;
  /** What readers should know of the object store (`s3.endpoint`, `s3.region`, ...). Never secrets. */
  readonly clientConfig?: Readonly<Record<string, string>>;
};

/** One table's part of a commit, as the guard sees it before the pointer moves. */
export type TableCommit = {
  readonly identifier: TableIdentifier;
  /** Null when the commit creates the table. */
  readonly before: TableMetadata | null;
  readonly after: TableMetadata;
  readonly updates: readonly TableUpdate[];
};

export type CatalogDeps = {
  readonly pool: Pool;
  /** The warehouse of that name, or the default one for null. */
  readonly findWarehouse: (name: string | null) => Promise<Warehouse | null>;
  /** Who calls; null when the credentials are missing or wrong. */
  readonly authorize: (request: Request) => Promise<{ readonly scopes: readonly CatalogScope[] } | null>;
  /** Called inside the pointer transaction; a returned reason refuses the commit with 409. */
  readonly guardCommit?: (tx: PoolClient, commits: readonly TableCommit[]) => Promise<string | null>;
  readonly log: Log;
  /** Where the handler is mounted, e.g. `/api/catalog`. */
  readonly basePath: string;
  readonly nowMs?: () => number;
};
