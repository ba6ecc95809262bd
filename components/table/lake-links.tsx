import { Link } from '@/components/ui/link.tsx';
import { lakeTableNames } from '@/server/domain/names.ts';
import type { TableView } from './table-types.ts';

type Where = { readonly destination: { readonly id: string }; readonly namespace: string };

/** The lake tables of a table: its mirror, its changelog, or both. */
export function LakeLinks({ table, pipeline }: { table: TableView; pipeline: Where }) {
  const names = lakeTableNames(table);
  return (
    <span className="flex flex-col items-start">
      {names.map((name) => (
        <Link
          key={name}
          href={lakeTableHref({ destinationId: pipeline.destination.id, namespace: pipeline.namespace, table: name })}
          className="max-w-full truncate font-mono text-xs text-accent hover:underline"
        >
          {pipeline.namespace}.{name}
        </Link>
      ))}
    </span>
  );
}

/** The page of a lake table. */
export const lakeTableHref = (at: { destinationId: string; namespace: string; table: string }): string =>
  `/lake/${at.destinationId}/${encodeURIComponent(at.namespace)}/${encodeURIComponent(at.table)}`;
