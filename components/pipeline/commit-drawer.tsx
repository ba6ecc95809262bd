import { lakeTableHref } from '@/components/table/lake-links.tsx';
import { Facts } from '@/components/ui/card.tsx';
import { Identifier } from '@/components/ui/code-block.tsx';
import { Drawer } from '@/components/ui/dialog.tsx';
import { bytesText, countText, secondsText } from '@/components/ui/figures.ts';
import { Link } from '@/components/ui/link.tsx';
import { exactTime } from '@/components/ui/relative-time.tsx';
import { lakeTableNames } from '@/server/domain/names.ts';
import type { Commit } from './pipeline-types.ts';
import { usePipeline } from './use-pipeline.ts';

type Props = { readonly pipelineId: string; readonly commit: Commit | null; readonly onClose: () => void };

/** One batch: the source's range that it carried, and the snapshot that it made in each lake table. */
export function CommitDrawer({ pipelineId, commit, onClose }: Props) {
  const pipeline = usePipeline(pipelineId).data;
  if (commit === null) return null;
  return (
    <Drawer open onClose={onClose} title={`Commit, ${commit.kind}`} description={exactTime(commit.at)}>
      <div className="space-y-6">
        <Facts
          items={[
            { name: 'From LSN', value: <Identifier text={commit.fromLsn} /> },
            { name: 'To LSN', value: <Identifier text={commit.toLsn} /> },
            { name: 'Took', value: secondsText(commit.durationMs / 1_000) },
            { name: 'Batch', value: <Identifier text={commit.batchId} /> },
          ]}
        />
        <section>
          <h3 className="mb-2 font-semibold">Snapshots</h3>
          <ul className="divide-y divide-line rounded-md border border-line text-sm">
            {commit.tables.map((table) => {
              const [name = table.lakeName] = lakeTableNames({ lakeName: table.lakeName, modes: [table.mode] });
              return (
                <li key={`${table.tableId} ${table.mode}`} className="px-3 py-2">
                  <p className="flex items-baseline justify-between gap-3">
                    {pipeline ? (
                      <Link
                        href={`${lakeTableHref({ destinationId: pipeline.destination.id, namespace: pipeline.namespace, table: name })}?view=snapshots`}
                        className="min-w-0 truncate font-mono text-xs text-accent hover:underline"
                      >
                        {name}
                      </Link>
                    ) : (
                      <code className="text-xs">{name}</code>
                    )}
                    <span className="whitespace-nowrap text-muted tabular-nums">
                      +{countText(table.rowsAdded)}
                      {table.rowsDeleted > 0 && ` −${countText(table.rowsDeleted)}`}, {bytesText(table.bytesAdded)}
                    </span>
                  </p>
                  <Identifier text={table.snapshotId} className="text-muted" />
                </li>
              );
            })}
          </ul>
        </section>
      </div>
    </Drawer>
  );
}
