import type { SourceTable } from '@/components/sources/source-types.ts';

/**
 * The columns that rows can be filtered by: of the replica identity, and in a partitioned table of the key alone, since
 * partitions that are made later have no other identity. Types are left to the server.
 */
export function filterColumns({ columns, key, kind, replicaIdentity, keyDeferrable }: SourceTable): string[] {
  const names = columns.map(({ name }) => name);
  if (kind !== 'partitioned' && replicaIdentity === 'full') return names;
  const isKeyed =
    replicaIdentity !== 'nothing' && !keyDeferrable && !(kind === 'partitioned' && replicaIdentity === 'index');
  return isKeyed ? names.filter((name) => key.includes(name)) : [];
}
