import { bigint, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { instant } from './columns.ts';

/** Worker processes, as each of them reports itself every few seconds. A row that is silent belongs to a dead process. */
export const workerProcess = pgTable('worker_process', {
  /** The name it holds leases under. */
  name: text('name').primaryKey(),
  host: text('host').notNull(),
  version: text('version').notNull(),
  nodeVersion: text('node_version').notNull(),
  duckdbVersion: text('duckdb_version').notNull(),
  /** As of its last look at Redis; null while that does not answer. */
  redisVersion: text('redis_version'),
  redisEvictionPolicy: text('redis_eviction_policy'),
  startedAt: instant('started_at').notNull().defaultNow(),
  seenAt: instant('seen_at').notNull().defaultNow(),
  /** Resident set size. */
  memoryBytes: bigint('memory_bytes', { mode: 'bigint' }).notNull(),
  /** Jobs under way, shifts included. */
  jobs: integer('jobs').notNull(),
});
