import { bigserial, index, integer, pgTable, text, unique } from 'drizzle-orm/pg-core';
import { bytea, instant } from './columns.ts';

/**
 * Answers to requests that carried an Idempotency-Key, kept for a day. Request and answer are sealed: either may hold
 * secrets (a new API key is in its answer).
 */
export const idempotentRequest = pgTable(
  'idempotent_request',
  {
    id: bigserial('id', { mode: 'bigint' }).primaryKey(),
    /** member:<id> or key:<id>; nobody meets the keys of others. */
    actor: text('actor').notNull(),
    /** Method and path. */
    route: text('route').notNull(),
    key: text('key').notNull(),
    /** SHA-256 of the body. */
    requestSealed: bytea('request_sealed').notNull(),
    /** Null while the first request is being worked on. */
    status: integer('status'),
    /** JSON {headers, body}. */
    answerSealed: bytea('answer_sealed'),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    unique('idempotent_request_key').on(table.actor, table.route, table.key),
    index('idempotent_request_age').on(table.createdAt),
  ],
);
