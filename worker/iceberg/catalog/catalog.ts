import type { Namespace, TableIdentifier } from '@/server/domain/iceberg/identifier.ts';
import type { Properties, TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import type { TableRequirement } from '@/server/domain/iceberg/requirements.ts';
import type { Schema } from '@/server/domain/iceberg/schema.ts';
import type { TableUpdate } from '@/server/domain/iceberg/updates.ts';

export type LoadedTable = {
  readonly identifier: TableIdentifier;
  readonly metadata: TableMetadata;
  readonly metadataLocation: string | null;
  /** What the catalog says about reaching the table's files. */
  readonly config: Properties;
};

export type TableCommitRequest = {
  readonly identifier: TableIdentifier;
  readonly requirements: readonly TableRequirement[];
  readonly updates: readonly TableUpdate[];
};

/**
 * An Iceberg REST catalog. Failures are AppErrors: CATALOG_UNREACHABLE (nothing happened, may be tried again),
 * CATALOG_DENIED, CATALOG_REFUSED, CATALOG_RESPONSE_INVALID, LAKE_TABLE_MISSING, LAKE_TABLE_EXISTS; of the commits also
 * COMMIT_CONFLICT (nothing happened) and COMMIT_UNKNOWN (it may have happened, or may still).
 */
export interface Catalog {
  /** True when the catalog commits several tables at once, all or none. */
  readonly supportsTransactions: boolean;
  /** All namespaces, parents before their children, as far as `atMost`. */
  listNamespaces(options: CallOptions & { atMost: number }): Promise<Namespace[]>;
  /** Names of a namespace's tables. */
  listTables(namespace: Namespace, options?: CallOptions): Promise<string[]>;
  /** Existing ones, and missing parents, are fine. */
  createNamespace(namespace: Namespace, options?: CallOptions): Promise<void>;
  /** An empty one; one that is gone is fine. */
  dropNamespace(namespace: Namespace, options?: CallOptions): Promise<void>;
  createTable(table: NewTable, options?: CallOptions): Promise<LoadedTable>;
  loadTable(identifier: TableIdentifier, options?: CallOptions): Promise<LoadedTable>;
  tableExists(identifier: TableIdentifier, options?: CallOptions): Promise<boolean>;
  /** Forgets the table; `purge` asks the catalog to delete its files, too. A table that is gone is fine. */
  dropTable(identifier: TableIdentifier, options?: CallOptions & { purge?: boolean }): Promise<void>;
  commitTable(request: TableCommitRequest, options?: CallOptions): Promise<LoadedTable>;
  commitTransaction(requests: readonly TableCommitRequest[], options?: CallOptions): Promise<void>;
}

export type CallOptions = { readonly signal?: AbortSignal };

export type NewTable = {
  readonly identifier: TableIdentifier;
  /** The catalog assigns its own field ids, in order. */
  readonly schema: Schema;
  readonly properties: Properties;
  /** Where the catalog decides when absent. */
  readonly location?: string;
};
