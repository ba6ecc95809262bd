import { sql } from 'drizzle-orm';
import { foreignKey, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

/** The embedded Iceberg catalog. A namespace's levels are a path, outermost first. */
export const catalogNamespace = pgTable(
  'catalog_namespace',
  {
    warehouse: text('warehouse').notNull(),
    namespace: text('namespace').array().notNull(),
    properties: jsonb('properties').$type<Record<string, string>>().notNull().default({}),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [primaryKey({ columns: [table.warehouse, table.namespace] })],
);

/** A table is a pointer to its present metadata file. A commit is the change of that pointer and nothing else. */
export const catalogTable = pgTable(
  'catalog_table',
  {
    warehouse: text('warehouse').notNull(),
    namespace: text('namespace').array().notNull(),
    name: text('name').notNull(),
    tableUuid: uuid('table_uuid').notNull(),
    metadataLocation: text('metadata_location').notNull(),
    createdAt: instant('created_at').notNull().defaultNow(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.warehouse, table.namespace, table.name] }),
    foreignKey({
      columns: [table.warehouse, table.namespace],
      foreignColumns: [catalogNamespace.warehouse, catalogNamespace.namespace],
    }),
  ],
);

/**
 * Successful answers by the client's Idempotency-Key, stored in the transaction that did the work. `request_hash` tells a
 * repetition from another request under the same key.
 */
export const catalogIdempotency = pgTable(
  'catalog_idempotency',
  {
    warehouse: text('warehouse').notNull(),
    key: uuid('key').notNull(),
    requestHash: text('request_hash').notNull(),
    status: integer('status').notNull(),
    /** The table whose present state is the answer's body; null for an answer without body. */
    namespace: text('namespace').array(),
    name: text('name'),
    createdAt: instant('created_at').notNull().default(sql`now()`),
  },
  (table) => [primaryKey({ columns: [table.warehouse, table.key] })],
);
