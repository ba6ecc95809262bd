import * as z from 'zod';
import { SCHEMA_CHANGE_KINDS } from '@/server/domain/schema-change.ts';
import { SCHEMA_ACTIONS } from '@/server/domain/schema-policy.ts';
import { pageOf } from '@/server/paging/page.ts';

const ShownColumn = z.object({
  name: z.string(),
  type: z.string().describe('As PostgreSQL prints it'),
  notNull: z.boolean(),
  keyOrdinal: z.number().int().nullable().describe('0-based place in the key'),
});

/** One thing that changed about a table's columns on the source. */
export const SchemaChangeView = z
  .object({
    id: z.string(),
    tableId: z.number().int(),
    source: z.string(),
    kind: z.enum(SCHEMA_CHANGE_KINDS),
    column: z.string().nullable().describe('Null when the whole table is meant'),
    before: z.union([ShownColumn, z.string()]).nullable().describe('The column, or the name of key, identity or table'),
    after: z.union([ShownColumn, z.string()]).nullable(),
    epoch: z.number().int(),
    lsn: z.string().describe('Where the stream first showed it'),
    action: z
      .enum(SCHEMA_ACTIONS)
      .describe(
        'followed: the lake table changed, too; kept: a dropped column stays and is empty from now on; unfit: the column of the lake cannot become what it is on the source, and the table waits for a decision; noted: nothing to do; waiting: the table waits for a decision; ignored: the columns of the lake stay as they are',
      ),
    proposed: z
      .enum(SCHEMA_ACTIONS)
      .nullable()
      .describe('What an approval comes to, while it waits or is ignored; one that is unfit copies the table again'),
    decidedAt: z.iso.datetime().nullable().describe('When a person decided'),
    decidedBy: z.string().nullable(),
    at: z.iso.datetime(),
  })
  .meta({ id: 'SchemaChange' });
export type SchemaChangeView = z.output<typeof SchemaChangeView>;
export const SchemaChangePage = pageOf(SchemaChangeView).meta({ id: 'SchemaChangePage' });

/** What one batch did to the lake: one Iceberg snapshot for each lake table that it touched. */
export const CommitView = z
  .object({
    batchId: z.string(),
    kind: z.enum(['stream', 'copy', 'compaction', 'replay']),
    at: z.iso.datetime(),
    fromLsn: z.string(),
    toLsn: z.string(),
    rowsAdded: z.number(),
    rowsDeleted: z.number(),
    bytesAdded: z.number(),
    durationMs: z.number().int(),
    tables: z.array(
      z.object({
        tableId: z.number().int(),
        lakeName: z.string(),
        mode: z.enum(['mirror', 'changelog']),
        snapshotId: z.string().describe('64 bits, so text'),
        rowsAdded: z.number(),
        rowsDeleted: z.number(),
        bytesAdded: z.number(),
      }),
    ),
  })
  .meta({ id: 'Commit' });
export type CommitView = z.output<typeof CommitView>;
export const CommitPage = pageOf(CommitView).meta({ id: 'CommitPage' });
