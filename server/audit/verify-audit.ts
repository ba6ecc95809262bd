import { createHash } from 'node:crypto';
import * as z from 'zod';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';

const link = z.object({
  id: z.string().regex(/^\d{1,18}$/, 'is not an entry'),
  hash: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits'),
});

export const verifyAuditInput = z.strictObject({
  head: link.optional().describe('The end of the log as it was told at another time; it must still be part of it'),
});

/** What came of checking the chain. Keep `head` elsewhere: with it, also a log that was rewritten to its end shows. */
export const AuditVerdict = z
  .object({
    ok: z.boolean(),
    entries: z.number().int(),
    head: link.nullable().describe('The last entry; null when there is none'),
    broken: z
      .object({ id: z.string(), reason: z.enum(['changed', 'gap', 'head missing']) })
      .nullable()
      .describe('The first entry that is not what was written'),
  })
  .meta({ id: 'AuditVerdict' });
export type AuditVerdict = z.output<typeof AuditVerdict>;

const GENESIS = Buffer.alloc(32);
const PAGE_ROWS = 5_000;

/**
 * Recomputes the chain over the whole log. An entry that was changed no longer fits its hash; one that was removed leaves
 * the next without its predecessor.
 */
export async function verifyAudit(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof verifyAuditInput> = {},
): Promise<AuditVerdict> {
  authorize(actor, 'audit:read');
  const { head } = parseInput(verifyAuditInput, input);
  let last: { id: string; hash: Buffer } = { id: '0', hash: GENESIS };
  let entries = 0;
  let isHeadSeen = head === undefined;
  for (;;) {
    const { rows } = await database.pool.query<Entry>(ENTRIES, [last.id, PAGE_ROWS]);
    for (const row of rows) {
      const reason = findFault(row, last.hash);
      if (reason) return { ok: false, entries, head: toLink(last), broken: { id: row.id, reason } };
      last = { id: row.id, hash: row.hash };
      entries += 1;
      isHeadSeen ||= row.id === head?.id && row.hash.toString('hex') === head.hash;
    }
    if (rows.length < PAGE_ROWS) break;
  }
  const broken = head && !isHeadSeen ? ({ id: head.id, reason: 'head missing' } as const) : null;
  return { ok: broken === null, entries, head: entries === 0 ? null : toLink(last), broken };
}

type Entry = { id: string; previous_hash: Buffer; hash: Buffer; content: string };

/** The text is put together here, not by the function of the trigger, which whoever tampers could have replaced as well. */
const ENTRIES = /* sql */ `
  select id::text, previous_hash, hash,
         jsonb_build_array(id::text, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                           actor, action, subject, detail, host(address))::text as content
    from audit_entry where id > $1 order by audit_entry.id limit $2`;

function findFault(row: Entry, previous: Buffer): 'gap' | 'changed' | null {
  if (!row.previous_hash.equals(previous)) return 'gap';
  const hash = createHash('sha256').update(previous).update(row.content, 'utf8').digest();
  return hash.equals(row.hash) ? null : 'changed';
}

const toLink = ({ id, hash }: { id: string; hash: Buffer }) => ({ id, hash: hash.toString('hex') });
