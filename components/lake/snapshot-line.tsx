import { Button } from '@/components/ui/button.tsx';
import { Identifier } from '@/components/ui/code-block.tsx';
import { counted } from '@/components/ui/figures.ts';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import type { LakeSnapshot, LakeTable } from './lake-types.ts';

type Props = {
  readonly snapshot: Pick<LakeSnapshot, 'id' | 'at'>;
  /** The table as it is now, which may have newer ones. */
  readonly latest: LakeTable;
  readonly onNewest: () => void;
};

/** Which snapshot a view shows, and how to come to the newest. */
export function SnapshotLine({ snapshot: { id, at }, latest, onNewest }: Props) {
  const newer = newerThan({ id, at }, latest);
  return (
    <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1 text-sm text-muted">
      <span className="flex items-center gap-1.5">
        Snapshot <Identifier text={id} />
      </span>
      <span>
        of <RelativeTime at={at} />
      </span>
      {newer > 0 && (
        <>
          <span className="text-ink">{counted(newer, 'newer snapshot')} since.</span>
          <Button onClick={onNewest}>Show the newest</Button>
        </>
      )}
    </div>
  );
}

/** By time where the table does not list it: it has expired, or was read after the table was. */
function newerThan({ id, at }: Props['snapshot'], { snapshots }: LakeTable): number {
  const place = snapshots.findIndex((snapshot) => snapshot.id === id);
  return place === -1 ? snapshots.filter((snapshot) => snapshot.at > at).length : place;
}
