import * as z from 'zod';
import { CONDITION_OPERATORS } from '@/server/domain/copy-scope.ts';

const chunk = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('key-range'), lower: z.string().nullable(), upper: z.string().nullable() }),
  z.object({
    kind: z.literal('ctid-range'),
    relation: z.object({ schema: z.string(), table: z.string() }),
    fromBlock: z.number(),
    toBlock: z.number().nullable(),
  }),
]);

/** What one copy job reads: a key range under a snapshot of its own, or everything under one exported snapshot. */
export const ChunkRecord = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('key-range'), lower: z.string().nullable(), upper: z.string().nullable() }),
  z.object({ kind: z.literal('whole'), chunks: z.array(chunk) }),
]);
export type ChunkRecord = z.output<typeof ChunkRecord>;

/** Stored with the table when its copy is planned, before the first snapshot. */
export const CopyRecord = z.object({
  /** `tableFingerprint()`: filenode and columns must not change until the last chunk is read. */
  fingerprint: z.string(),
  /** Position of the `r` rows: before every change that follows. */
  startLsn: z.string(),
  /** Hash of the TableSchema that COPY's columns follow, stored in `table_schema`. */
  schemaHash: z.string(),
  /** A partitioned table has no rows of its own: it is read with its partitions. */
  isPartitioned: z.boolean(),
  /** Only rows that meet all of these are read: the filter of the table, by the names that its columns have under the fingerprint. */
  where: z
    .array(z.object({ column: z.string(), operator: z.enum(CONDITION_OPERATORS), value: z.string().nullable() }))
    .readonly()
    .default([]),
});
export type CopyRecord = z.output<typeof CopyRecord>;

/** `r` rows of chunk n are numbered from n * 2^40. */
export const ORDINALS_PER_CHUNK = 2n ** 40n;
