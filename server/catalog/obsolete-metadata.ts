import type { TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import type { LoadedTable } from './answers.ts';
import type { Call } from './call.ts';

/** Property of a table: metadata files that its log no longer names are deleted. */
const DELETE_AFTER_COMMIT = 'write.metadata.delete-after-commit.enabled';

/** Deletes the metadata files that fell out of the log with this commit, where the table asks for it. */
export async function deleteTrimmed(call: Call, before: LoadedTable, after: TableMetadata): Promise<void> {
  if (after.properties[DELETE_AFTER_COMMIT]?.toLowerCase() !== 'true' || after === before.metadata) return;
  const named = new Set(after['metadata-log'].map((entry) => entry['metadata-file']));
  const earlier = before.metadata['metadata-log'].map((entry) => entry['metadata-file']);
  await deleteQuietly(
    call,
    earlier.filter((file) => !named.has(file)),
  );
}

/** Deletes files nobody refers to; one that stays behind is only reported. */
export async function deleteQuietly(call: Call, files: readonly string[]): Promise<void> {
  for (const file of files) {
    try {
      await call.warehouse.store.delete(file);
    } catch (error) {
      call.deps.log.warn('an unused metadata file was not deleted', { file, error });
    }
  }
}
