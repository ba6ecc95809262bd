import type { SourceTable } from './source-types.ts';

type Sized = Pick<SourceTable, 'bytes' | 'kind' | 'isPartition'>;

/** What tables weigh together: a partitioned table's size is that of its partitions, which lists show beside it. */
export function totalBytes(tables: readonly Sized[]): number {
  const hasRoot = tables.some(({ kind, isPartition }) => kind === 'partitioned' && !isPartition);
  return tables.reduce((sum, { bytes, isPartition }) => (isPartition && hasRoot ? sum : sum + bytes), 0);
}
