import { expandBlock } from '@/worker/buffer/read.ts';
import { readSchema } from '@/worker/buffer/schemas.ts';
import { readSpilledBlock, type SpilledBlock } from '@/worker/buffer/spill.ts';
import type { ChangeBlock } from '@/worker/columnar/load-changes.ts';
import type { CommitShift } from './commit.ts';
import { assertFit } from './table-rules.ts';

/** The changes of blocks that were kept aside, one block in memory at a time. */
export async function* spilledChanges(
  shift: CommitShift,
  blocks: readonly SpilledBlock[],
): AsyncGenerator<ChangeBlock> {
  const { deps, pipeline } = shift;
  const { pool } = deps.database;
  for (const { id, schemaHash: hash, rows, hasUnchanged } of blocks) {
    const schema = await readSchema(pool, { pipelineId: pipeline.id, hash, cache: shift.schemas });
    assertFit(schema);
    yield {
      schema,
      bytes: await expandBlock(await readSpilledBlock(pool, id)),
      rows,
      // Both are told by the same field of a line.
      hasOmitted: hasUnchanged,
    };
  }
}
