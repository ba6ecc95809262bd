import { sql } from 'drizzle-orm';
import * as z from 'zod';
import { auditEntry } from '@/db/schema/identity.ts';
import { pageOf } from '@/server/paging/page.ts';

const change = z.object({ field: z.string(), before: z.unknown(), after: z.unknown() });

/** An entry of the log as every interface shows it. */
export const AuditView = z
  .object({
    id: z.string(),
    at: z.iso.datetime(),
    actor: z.string().describe('member:<id>, key:<id>, system or anonymous'),
    actorName: z.string().nullable().describe('E-mail address or name of the key, while it is there'),
    action: z.string().describe('Like `pipeline.start`'),
    refused: z.boolean().describe('Whether they were told no'),
    subject: z.string().describe('Id of what it was done to; of a refusal, the right that was missing'),
    subjectName: z.string().nullable(),
    changes: z.array(change).describe('Fields that an update changed'),
    detail: z.record(z.string(), z.unknown()),
    address: z.string().nullable().describe('Network address it came from'),
  })
  .meta({ id: 'AuditEntry' });
export type AuditView = z.output<typeof AuditView>;

export const AuditPage = pageOf(AuditView).meta({ id: 'AuditPage' });

/** Says in SQL what `actorName` shows. */
export const actorName = sql<string | null>`case
  when audit_entry.actor like 'member:%' then
    (select known.email from member known where known.id = substr(audit_entry.actor, 8))
  when audit_entry.actor like 'key:%' then
    (select known.name from api_key known where known.id = substr(audit_entry.actor, 5))
end`;

const subjectName = sql<string | null>`case split_part(audit_entry.subject, '_', 1)
  when 'src' then (select known.name from source known where known.id = audit_entry.subject)
  when 'dst' then (select known.name from destination known where known.id = audit_entry.subject)
  when 'pl' then (select known.name from pipeline known where known.id = audit_entry.subject)
  when 'mem' then (select known.email from member known where known.id = audit_entry.subject)
  when 'key' then (select known.name from api_key known where known.id = audit_entry.subject)
end`;

/** What a view is made of. Names are written out: the look-ups must not mean another table's columns. */
export const auditColumns = {
  id: auditEntry.id,
  at: auditEntry.at,
  actor: auditEntry.actor,
  actorName,
  action: auditEntry.action,
  subject: auditEntry.subject,
  subjectName,
  detail: auditEntry.detail,
  address: sql<string | null>`host(audit_entry.address)`,
};

type Row = {
  id: bigint;
  at: string;
  actor: string;
  actorName: string | null;
  action: string;
  subject: string;
  subjectName: string | null;
  detail: unknown;
  address: string | null;
};

const REFUSED = /\.refused$/;
const facts = z.record(z.string(), z.unknown()).catch({});
const changeList = z.array(change).catch([]);

export function auditView(row: Row): AuditView {
  const { changes, ...detail } = facts.parse(row.detail);
  return {
    id: row.id.toString(),
    at: new Date(row.at).toISOString(),
    actor: row.actor,
    actorName: row.actorName,
    action: row.action.replace(REFUSED, ''),
    refused: REFUSED.test(row.action),
    subject: row.subject,
    subjectName: row.subjectName,
    changes: changeList.parse(changes ?? []),
    detail,
    address: row.address,
  };
}
