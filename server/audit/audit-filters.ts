import { and, eq, gte, lt, or, type SQL, sql } from 'drizzle-orm';
import * as z from 'zod';
import { auditEntry } from '@/db/schema/identity.ts';
import { matches } from '@/server/paging/matches.ts';
import { actorName } from './audit-view.ts';

const instant = z.iso.datetime({ offset: true });

/** What entries can be chosen by. */
export const auditFilters = {
  actor: z
    .string()
    .regex(/^(member|key):[a-z0-9_]{1,40}$|^system$|^anonymous$/, 'must be member:<id>, key:<id>, system or anonymous')
    .optional(),
  action: z
    .string()
    .regex(/^[a-zA-Z.-]{1,80}$/, 'must be an action')
    .optional()
    .describe('`pipeline.start`, or all that begin so: `pipeline.`'),
  subject: z.string().max(200).optional(),
  from: instant.optional().describe('At this instant or later'),
  to: instant.optional().describe('Before this instant'),
  refused: z.boolean().optional().describe('Only what was refused, or only what was not'),
  search: z.string().max(200).optional().describe('Part of an action, subject, name or detail, any case'),
};

const filters = z.object(auditFilters);

/** The chosen entries, as a condition. */
export function chosenEntries(wish: z.output<typeof filters>): SQL | undefined {
  const { action } = auditEntry;
  const isRefused = sql`${action} like '%.refused'`;
  return and(
    wish.actor === undefined ? undefined : eq(auditEntry.actor, wish.actor),
    wish.action === undefined ? undefined : byAction(wish.action),
    wish.subject === undefined ? undefined : eq(auditEntry.subject, wish.subject),
    wish.from === undefined ? undefined : gte(auditEntry.at, wish.from),
    wish.to === undefined ? undefined : lt(auditEntry.at, wish.to),
    wish.refused === undefined ? undefined : wish.refused ? isRefused : sql`not ${isRefused}`,
    or(
      ...[action, auditEntry.subject, actorName, sql`audit_entry.detail::text`].map((text) =>
        matches(text, wish.search),
      ),
    ),
  );
}

const byAction = (wish: string): SQL | undefined =>
  wish.endsWith('.')
    ? sql`starts_with(${auditEntry.action}, ${wish})`
    : or(eq(auditEntry.action, wish), eq(auditEntry.action, `${wish}.refused`));
