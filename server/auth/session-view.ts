import { sql } from 'drizzle-orm';
import * as z from 'zod';
import { session } from '@/db/schema/identity.ts';
import type { Actor } from './actor.ts';

/** Where somebody is signed in. */
export const SessionView = z
  .object({
    id: z.string(),
    current: z.boolean().describe('Whether it is the one that asks'),
    method: z.string().describe('password, oidc or link'),
    address: z.string().nullable().describe('Network address it began at'),
    userAgent: z.string().nullable(),
    createdAt: z.iso.datetime(),
    lastSeenAt: z.iso.datetime().describe('To the minute'),
    expiresAt: z.iso.datetime(),
  })
  .meta({ id: 'Session' });
export type SessionView = z.output<typeof SessionView>;

export const SessionList = z.object({ items: z.array(SessionView) }).meta({ id: 'SessionList' });

/** What a view is made of; never the token's hash. */
export const sessionColumns = {
  id: session.id,
  method: session.method,
  address: sql<string | null>`host(${session.address})`,
  userAgent: session.userAgent,
  createdAt: session.createdAt,
  lastSeenAt: session.lastSeenAt,
  expiresAt: session.expiresAt,
};

type Row = Pick<typeof session.$inferSelect, Exclude<keyof typeof sessionColumns, 'address'>> & {
  address: string | null;
};

export const sessionView = (row: Row, actor: Actor): SessionView => ({
  id: row.id,
  current: row.id === actor.sessionId,
  method: row.method,
  address: row.address,
  userAgent: row.userAgent,
  createdAt: new Date(row.createdAt).toISOString(),
  lastSeenAt: new Date(row.lastSeenAt).toISOString(),
  expiresAt: new Date(row.expiresAt).toISOString(),
});
