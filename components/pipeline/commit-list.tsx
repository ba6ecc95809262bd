import { formatAgo, formatBytes, formatCount } from '@/components/ui/format.ts';
import type { CommitEntry } from '@/server/pipelines/pipeline-view.ts';

const SHOWN = 12;

/** The latest Iceberg snapshots that the pipeline made. */
export function CommitList({ commits }: { commits: readonly CommitEntry[] }) {
  const now = Date.now();
  if (commits.length === 0) {
    return (
      <p className="rounded-2xl border border-dashed border-line px-6 py-8 text-center text-muted">No commits yet</p>
    );
  }
  return (
    <div className="overflow-x-auto rounded-2xl border border-line bg-surface">
      <table className="w-full min-w-[42rem] text-sm tabular-nums">
        <thead className="text-left text-xs text-faint">
          <tr>
            {['Table', 'Kind', 'Rows', 'Written', 'Took', 'Snapshot', 'When'].map((title) => (
              <th key={title} scope="col" className="px-4 py-2.5 font-normal first:sm:pl-6 last:sm:pr-6">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line border-t border-line">
          {commits.slice(0, SHOWN).map((commit) => (
            <tr key={commit.id}>
              <td className="px-4 py-2.5 font-medium sm:pl-6">
                {commit.mode === 'changelog' ? `${commit.lakeName}_changelog` : commit.lakeName}
              </td>
              <td className="px-4 py-2.5 text-muted">{commit.kind}</td>
              <td className="px-4 py-2.5 whitespace-nowrap">
                <span className="text-good">+{formatCount(commit.rowsAdded)}</span>
                {commit.rowsDeleted > 0 && <span className="text-bad"> −{formatCount(commit.rowsDeleted)}</span>}
              </td>
              <td className="px-4 py-2.5 whitespace-nowrap text-muted">{formatBytes(commit.bytesAdded)}</td>
              <td className="px-4 py-2.5 whitespace-nowrap text-muted">{formatCount(commit.durationMs)} ms</td>
              <td className="px-4 py-2.5 font-mono text-[13px] text-faint">{commit.snapshotId}</td>
              <td className="px-4 py-2.5 whitespace-nowrap text-muted sm:pr-6">{formatAgo(commit.committedAt, now)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
