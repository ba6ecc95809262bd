import * as z from 'zod';
import { keyColumns } from '@/server/domain/table-schema.ts';
import type { DiscoveredTable } from '@/server/postgres/discover.ts';
import { recommendMode } from './recommend-mode.ts';

/** A table of a source as its catalog shows it now, with what decides whether and how it can be replicated. */
export const SourceTableView = z
  .object({
    schema: z.string(),
    table: z.string(),
    kind: z.enum(['table', 'partitioned', 'view', 'materialized view', 'foreign table']),
    rowEstimate: z.number().nullable().describe('The planner’s estimate; null when the table was never analysed'),
    bytes: z.number().describe('Size on the source'),
    columns: z.array(
      z.object({
        name: z.string(),
        type: z.string().describe('As PostgreSQL writes it: numeric(12,2)'),
        notNull: z.boolean(),
      }),
    ),
    key: z.array(z.string()).describe('Columns of the key that tells rows apart, in key order; empty without one'),
    keyDeferrable: z.boolean(),
    isPartition: z.boolean().describe('Replicated through its partitioned table'),
    generatedColumns: z.array(z.string()).describe('Columns that the server does not send'),
    selectable: z.boolean().describe('Whether the source’s role may read it'),
    canReplicate: z.boolean(),
    canMirror: z.boolean().describe('Mirrors need a key that is not deferrable'),
    reason: z.string().nullable().describe('Why it cannot be replicated'),
    replicaIdentity: z.enum(['default', 'full', 'index', 'nothing']).describe('What the server sends of old rows'),
    recommended: z
      .object({ mode: z.enum(['mirror', 'changelog', 'none']), reason: z.string() })
      .describe('How it is replicated best, and why'),
    pipelines: z.array(z.object({ id: z.string(), name: z.string() })).describe('Pipelines that replicate it already'),
  })
  .meta({ id: 'SourceTable' });
export type SourceTableView = z.output<typeof SourceTableView>;

const IDENTITIES = { d: 'default', f: 'full', i: 'index', n: 'nothing' } as const;

export function sourceTableView(found: DiscoveredTable, pipelines: SourceTableView['pipelines'] = []): SourceTableView {
  const key = keyColumns(found.schema).map(({ name }) => name);
  const { publishable, selectable } = found;
  return {
    schema: found.schema.schema,
    table: found.schema.table,
    kind: found.kind,
    rowEstimate: found.rowEstimate,
    bytes: found.bytes,
    columns: found.schema.columns.map(({ name, typeName, notNull }) => ({ name, type: typeName, notNull })),
    key,
    keyDeferrable: found.keyDeferrable,
    isPartition: found.partitionRootOid !== null,
    generatedColumns: [...found.generatedColumns],
    selectable,
    canReplicate: publishable.ok && selectable,
    canMirror: publishable.ok && selectable && key.length > 0 && !found.keyDeferrable,
    reason: publishable.ok ? (selectable ? null : 'the role may not SELECT from it') : publishable.reason,
    replicaIdentity: IDENTITIES[found.schema.replicaIdentity],
    recommended: recommendMode(found),
    pipelines: [...pipelines],
  };
}
