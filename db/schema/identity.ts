import { sql } from 'drizzle-orm';
import {
  bigint,
  bigserial,
  boolean,
  index,
  inet,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core';
import { bytea, instant, lifecycle } from './columns.ts';

/** Control plane: people. One owner is created at the first start. */
export const member = pgTable(
  'member',
  {
    id: text('id').primaryKey(),
    /** A label, never an identity: people from an OIDC issuer are known by issuer and subject. */
    email: text('email').notNull().unique(),
    name: text('name'),
    /** viewer | operator | admin | owner */
    role: text('role').notNull(),
    /** scrypt, null for people who come from an OIDC issuer or have not used their invitation yet. */
    passwordHash: text('password_hash'),
    /** May neither sign in nor act: switched off by somebody, or by their groups. */
    disabled: boolean('disabled').notNull().default(false),
    /** Set when it was not a person who disabled them but groups that give no role any more; signing in with one mends it. */
    withoutRole: boolean('without_role').notNull().default(false),
    lastSignInAt: instant('last_sign_in_at'),
    ...lifecycle,
  },
  (table) => [uniqueIndex('member_email_any_case').on(sql`lower(${table.email})`)],
);

/** Who people are to an OIDC issuer. Never linked by e-mail. */
export const memberIdentity = pgTable(
  'member_identity',
  {
    issuer: text('issuer').notNull(),
    subject: text('subject').notNull(),
    memberId: text('member_id')
      .notNull()
      .references(() => member.id, { onDelete: 'cascade' }),
    createdAt: instant('created_at').notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.issuer, table.subject] }),
    index('member_identity_member').on(table.memberId),
  ],
);

/** A one-time link to set a password with; a new one replaces the one before. */
export const memberLink = pgTable('member_link', {
  memberId: text('member_id')
    .primaryKey()
    .references(() => member.id, { onDelete: 'cascade' }),
  /** SHA-256. */
  tokenHash: bytea('token_hash').notNull().unique(),
  createdAt: instant('created_at').notNull().defaultNow(),
  expiresAt: instant('expires_at').notNull(),
});

/** Opaque session tokens, stored hashed. */
export const session = pgTable(
  'session',
  {
    tokenHash: bytea('token_hash').primaryKey(),
    /** What a person sees of it, to end it by. */
    id: text('id').notNull().unique().default(sql`'ses_' || replace(gen_random_uuid()::text, '-', '')`),
    memberId: text('member_id')
      .notNull()
      .references(() => member.id, { onDelete: 'cascade' }),
    /** password | oidc | link */
    method: text('method').notNull().default('password'),
    address: inet('address'),
    userAgent: text('user_agent'),
    createdAt: instant('created_at').notNull().defaultNow(),
    /** To the minute. */
    lastSeenAt: instant('last_seen_at').notNull().defaultNow(),
    expiresAt: instant('expires_at').notNull(),
  },
  (table) => [index('session_member').on(table.memberId)],
);

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
  /** To the minute. */
  lastUsedAt: instant('last_used_at'),
  lastUsedFrom: inet('last_used_from'),
  /** How often a person changed it; guards concurrent edits. Use does not count. */
  version: bigint('version', { mode: 'bigint' }).notNull().default(sql`1`),
});

/** How people of one OIDC issuer may sign in. At most one row, `oidc`. */
export const oidcSetting = pgTable('oidc_setting', {
  id: text('id').primaryKey(),
  enabled: boolean('enabled').notNull(),
  /** On the button. */
  name: text('name').notNull(),
  issuer: text('issuer').notNull(),
  clientId: text('client_id').notNull(),
  /** AES-256-GCM, bound to this row. */
  clientSecretSealed: bytea('client_secret_sealed').notNull(),
  /** Separated by spaces. */
  scopes: text('scopes').notNull(),
  groupsClaim: text('groups_claim').notNull(),
  /** Exact domains of e-mail addresses, lower case; empty for all. */
  allowedDomains: jsonb('allowed_domains').notNull(),
  /** [{group, role}] */
  groupRoles: jsonb('group_roles').notNull(),
  /** Of whom no group gives a role; null keeps them out. */
  defaultRole: text('default_role'),
  ...lifecycle,
});

/** Who did what; append-only, and each entry's hash covers the one before (see the migrations' triggers). */
export const auditEntry = pgTable(
  'audit_entry',
  {
    /** Given by the trigger, in the order of the chain. */
    id: bigserial('id', { mode: 'bigint' }).primaryKey(),
    at: instant('at').notNull().defaultNow(),
    /** member:<id>, key:<id>, system, anonymous */
    actor: text('actor').notNull(),
    action: text('action').notNull(),
    subject: text('subject').notNull(),
    detail: jsonb('detail').notNull().default({}),
    address: inet('address'),
    /** SHA-256 over this entry and `previousHash`; set by the trigger. */
    hash: bytea('hash').notNull().default(sql`''::bytea`),
    /** Of the entry before; unique, so that the chain never forks. */
    previousHash: bytea('previous_hash').notNull().default(sql`''::bytea`),
  },
  (table) => [
    uniqueIndex('audit_entry_previous').on(table.previousHash),
    index('audit_entry_actor').on(table.actor, table.id),
    index('audit_entry_subject').on(table.subject, table.id),
  ],
);

/** Attempts per key (`sign-in:<address>`) in the present window; they outlive a restart of the web process. */
export const rateLimit = pgTable('rate_limit', {
  key: text('key').primaryKey(),
  windowStart: instant('window_start').notNull().defaultNow(),
  attempts: integer('attempts').notNull(),
});
