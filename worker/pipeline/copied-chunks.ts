import type { Pool } from 'pg';
import type { DataFile } from '@/server/domain/iceberg/data-file.ts';
import { dataFileFromJson } from '@/server/domain/iceberg/data-file-json.ts';
import type { CopiedRange, CopySnapshot } from '@/worker/columnar/filter-by-snapshot.ts';
import { ChunkRecord } from './copy-record.ts';
import type { PipelineTable } from './definition.ts';

/** A part of a copy: its staged files, and which transactions they show of which keys. */
export type CopiedChunk = {
  readonly mirror: readonly DataFile[];
  readonly changelog: readonly DataFile[];
  readonly kind: ChunkRecord['kind'];
  readonly copied: CopiedRange;
};

/** The parts of a table's copy that are done, in order. */
export async function readChunks(pool: Pool, table: Pick<PipelineTable, 'id' | 'generation'>): Promise<CopiedChunk[]> {
  const { rows } = await pool.query<{
    range: unknown;
    snapshot: string;
    files: { mirror: unknown[]; changelog: unknown[] };
  }>(
    /* sql */ `
    select range, snapshot, files from copy_chunk
     where pipeline_table_id = $1 and generation = $2 and state = 'done' order by ordinal`,
    [table.id, table.generation],
  );
  return rows.map((row) => {
    const range = ChunkRecord.parse(row.range);
    const bounds = range.kind === 'key-range' ? range : { lower: null, upper: null };
    return {
      mirror: row.files.mirror.map(dataFileFromJson),
      changelog: row.files.changelog.map(dataFileFromJson),
      kind: range.kind,
      copied: { lower: bounds.lower, upper: bounds.upper, ...parseSnapshot(row.snapshot) },
    };
  });
}

/** `xmin:xmax:xip,xip` (manual: pg_snapshot). */
export function parseSnapshot(text: string): CopySnapshot {
  const [xmin = '', xmax = '', running = ''] = text.split(':');
  return {
    snapshotXmin: BigInt(xmin),
    snapshotXmax: BigInt(xmax),
    xip: running === '' ? [] : running.split(',').map(BigInt),
  };
}
