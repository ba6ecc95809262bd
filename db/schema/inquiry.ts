import { sql } from 'drizzle-orm';
import { index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import { bytea, instant } from './columns.ts';

/**
 * A question that only a worker can answer, because it takes a network connection or the columnar engine: connection tests
 * and looks into a lake. Question and answer are sealed, since they hold credentials and rows, and soon deleted.
 */
export const inquiry = pgTable(
  'inquiry',
  {
    id: text('id').primaryKey(),
    /** source-test | destination-test | lake */
    kind: text('kind').notNull(),
    /** The actor who asked; nobody else hears the answer. */
    askedBy: text('asked_by').notNull(),
    /** waiting | running | answered | failed */
    state: text('state').notNull().default('waiting'),
    questionSealed: bytea('question_sealed').notNull(),
    answerSealed: bytea('answer_sealed'),
    worker: text('worker'),
    /** Grows with each worker that begins it. */
    attempt: integer('attempt').notNull().default(0),
    beganAt: instant('began_at'),
    endedAt: instant('ended_at'),
    createdAt: instant('created_at').notNull().defaultNow(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [
    index('inquiry_open').on(table.createdAt).where(sql`${table.state} in ('waiting', 'running')`),
    index('inquiry_expiry').on(table.expiresAt),
  ],
);
