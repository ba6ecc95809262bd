import type { Properties } from '@/server/domain/iceberg/metadata.ts';

/** Instant of a table's creation, in milliseconds: what lies in its folder and is older is not its own. */
export const CREATED_PROPERTY = 'philotes.created-ms';

/** Table properties for new lake tables (Iceberg documentation: Configuration, Table properties). */
export const NEW_TABLE_PROPERTIES: Properties = {
  'format-version': '2',
  // A commit every few seconds would leave a metadata file behind each time.
  'write.metadata.previous-versions-max': '10',
  'write.metadata.delete-after-commit.enabled': 'true',
  'write.parquet.compression-codec': 'zstd',
};
