import { bigserial, boolean, inet, integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import { bytea, instant, lifecycle } from './columns.ts';

/** Control plane: people. One owner is created at the first start. */
export const member = pgTable('member', {
  id: text('id').primaryKey(),
  email: text('email').notNull().unique(),
  name: text('name'),
  /** viewer | operator | admin | owner */
  role: text('role').notNull(),
  /** scrypt, null for people who come from an OIDC issuer. */
  passwordHash: text('password_hash'),
  disabled: boolean('disabled').notNull().default(false),
  ...lifecycle,
});

/** Opaque session tokens, stored hashed. */
export const session = pgTable('session', {
  tokenHash: bytea('token_hash').primaryKey(),
  memberId: text('member_id')
    .notNull()
    .references(() => member.id, { onDelete: 'cascade' }),
  createdAt: instant('created_at').notNull().defaultNow(),
  expiresAt: instant('expires_at').notNull(),
});

/** Machine credentials: `phl_<id>_<secret>`, the secret stored as SHA-256. */
export const apiKey = pgTable('api_key', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  ownerId: text('owner_id')
    .notNull()
    .references(() => member.id, { onDelete: 'cascade' }),
  secretHash: bytea('secret_hash').notNull(),
  scopes: jsonb('scopes').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  expiresAt: instant('expires_at'),
  revokedAt: instant('revoked_at'),
});

/** Who did what; append-only. */
export const auditEntry = pgTable('audit_entry', {
  id: bigserial('id', { mode: 'bigint' }).primaryKey(),
  at: instant('at').notNull().defaultNow(),
  /** member:<id>, key:<id>, system */
  actor: text('actor').notNull(),
  action: text('action').notNull(),
  subject: text('subject').notNull(),
  detail: jsonb('detail').notNull().default({}),
  address: inet('address'),
});

/** Attempts per key (`sign-in:<address>`) in the present window; they outlive a restart of the web process. */
export const rateLimit = pgTable('rate_limit', {
  key: text('key').primaryKey(),
  windowStart: instant('window_start').notNull().defaultNow(),
  attempts: integer('attempts').notNull(),
});
