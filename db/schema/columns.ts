import { sql } from 'drizzle-orm';
import { bigint, customType, timestamp } from 'drizzle-orm/pg-core';

/** `pg_lsn`, as PostgreSQL's text (`16/B374D848`). */
export const pgLsn = customType<{ data: string }>({ dataType: () => 'pg_lsn' });

/** Sealed secrets and segment payloads. */
export const bytea = customType<{ data: Buffer }>({ dataType: () => 'bytea' });

export const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'string' });

/** Every row a person edits: when, and how often (the version guards concurrent edits). */
export const lifecycle = {
  createdAt: instant('created_at').notNull().defaultNow(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
  version: bigint('version', { mode: 'bigint' }).notNull().default(sql`1`),
};

/** A 64-bit counter that starts at nought. */
export const counter = (name: string) => bigint(name, { mode: 'bigint' }).notNull().default(sql`0`);
