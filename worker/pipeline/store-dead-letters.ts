import type { Pool, PoolClient } from 'pg';
import { formatLsn, toLsn } from '@/server/domain/lsn.ts';
import { META_COLUMNS } from '@/server/domain/row-block.ts';
import { keyColumns, schemaHash } from '@/server/domain/table-schema.ts';
import { fieldSpans, fieldText } from '@/worker/columnar/csv-record.ts';
import type { Reject } from '@/worker/columnar/reject.ts';
import type { PipelineTable } from './definition.ts';

export type NewDeadLetters = {
  readonly table: Pick<PipelineTable, 'id' | 'mirror' | 'changelog'>;
  readonly epoch: number;
  readonly rejects: readonly Reject[];
  /** `lsn,ordinal` of those whose key a later change of the same batch has made good in the mirror. */
  readonly superseded?: ReadonlySet<string>;
};

/** Parks rows that the lake cannot hold, before the commit that leaves them out. Unique by position: safe to repeat. */
export async function storeDeadLetters(client: Pool | PoolClient, letters: NewDeadLetters): Promise<void> {
  const { table, epoch, rejects, superseded } = letters;
  for (const reject of rejects) {
    const needsMirror = table.mirror && !superseded?.has(`${reject.lsn},${reject.ordinal}`);
    const needsChangelog = table.changelog && !reject.mirrorOnly;
    await client.query(
      /* sql */ `
      insert into dead_letter (pipeline_table_id, epoch, lsn, ordinal, op, column_name, reason, schema_hash, payload,
                               row_key, needs_mirror, needs_changelog, state, closed_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,
              case when $11 or $12 then 'open' else 'superseded' end, case when $11 or $12 then null else now() end)
      on conflict on constraint dead_letter_position do nothing`,
      [
        table.id,
        epoch,
        formatLsn(toLsn(reject.lsn)),
        reject.ordinal,
        reject.op.toLowerCase(),
        reject.column,
        reject.reason,
        schemaHash(reject.schema),
        reject.payload,
        JSON.stringify(keyOf(reject)),
        needsMirror,
        needsChangelog,
      ],
    );
  }
}

/** The key's texts; an unreadable line has none. */
function keyOf({ schema, payload }: Reject): (string | null)[] | null {
  const key = keyColumns(schema);
  const values = fieldSpans(payload, 0, payload.length).slice(META_COLUMNS.length);
  if (key.length === 0 || values.length !== schema.columns.length) return null;
  return key.map((column) => {
    const value = values[schema.columns.indexOf(column)];
    return value ? fieldText(payload, value) : null;
  });
}
