'use client';

import { GitCommitHorizontal } from 'lucide-react';
import { useState } from 'react';
import { Badge, type Tone } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, Section } from '@/components/ui/card.tsx';
import { Identifier } from '@/components/ui/code-block.tsx';
import { cx } from '@/components/ui/cx.ts';
import { EmptyState } from '@/components/ui/empty-state.tsx';
import { bytesText, counted, countText, exactCount } from '@/components/ui/figures.ts';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import type { LakeSnapshot, LakeTable } from './lake-types.ts';

const PAGE = 25;
const TONES: Readonly<Record<string, Tone>> = {
  append: 'running',
  overwrite: 'accent',
  replace: 'idle',
  delete: 'failed',
};

/** Snapshots, newest first: what each added and removed, drawn against the largest. */
export function SnapshotTimeline({ table }: { table: LakeTable }) {
  const [shown, setShown] = useState(PAGE);
  const { snapshots, snapshotCount } = table;
  if (snapshots.length === 0) {
    return (
      <Card>
        <EmptyState icon={GitCommitHorizontal} title="No snapshot yet">
          The first one comes with the first commit.
        </EmptyState>
      </Card>
    );
  }
  const most = Math.max(
    ...snapshots
      .filter(({ operation }) => operation !== 'replace')
      .map(({ addedRows, deletedRows }) => Math.max(addedRows ?? 0, deletedRows ?? 0)),
    1,
  );
  return (
    <Section title="Snapshots" description={keptText(snapshotCount)}>
      <ol className="rounded-md border border-line bg-surface">
        {snapshots.slice(0, shown).map((snapshot) => (
          <SnapshotRow key={snapshot.id} snapshot={snapshot} most={most} />
        ))}
      </ol>
      {snapshots.length > shown && (
        <p className="mt-3">
          <Button onClick={() => setShown(shown + PAGE)}>Show {Math.min(PAGE, snapshots.length - shown)} more</Button>
        </p>
      )}
    </Section>
  );
}

function SnapshotRow({ snapshot, most }: { snapshot: LakeSnapshot; most: number }) {
  // A compaction writes rows anew that were there before: nothing comes and nothing goes.
  const isRewrite = snapshot.operation === 'replace';
  const added = isRewrite ? 0 : (snapshot.addedRows ?? 0);
  const deleted = isRewrite ? 0 : (snapshot.deletedRows ?? 0);
  return (
    <li className="grid grid-cols-[auto_minmax(0,1fr)_auto] px-4 text-sm">
      <span aria-hidden="true" className="relative mr-3 flex w-3 justify-center">
        <span className="absolute inset-y-0 w-px bg-line" />
        <span
          className={cx(
            'relative mt-3.5 size-2 rounded-full border',
            snapshot.current ? 'border-accent bg-accent' : 'border-control bg-surface',
          )}
        />
      </span>
      <div className="min-w-0 border-b border-line py-2">
        <p className="flex flex-wrap items-center gap-x-2">
          <Badge tone={TONES[snapshot.operation] ?? 'idle'}>{isRewrite ? 'compaction' : snapshot.operation}</Badge>
          <Identifier text={snapshot.id} />
          {snapshot.current && <span className="text-xs font-medium text-accent">current</span>}
        </p>
        <p className="mt-0.5 flex flex-wrap gap-x-4 text-muted tabular-nums">
          {isRewrite ? (
            <span>{counted(snapshot.addedRows ?? 0, 'row')} rewritten</span>
          ) : (
            <span>+{counted(added, 'row')}</span>
          )}
          {deleted > 0 && <span>−{counted(deleted, 'row')}</span>}
          {snapshot.addedFiles !== null && <span>{counted(snapshot.addedFiles, 'file')}</span>}
          {snapshot.addedBytes !== null && <span>{bytesText(snapshot.addedBytes)}</span>}
          {snapshot.totalRows !== null && (
            <span className="max-md:hidden">{countText(snapshot.totalRows)} in total</span>
          )}
          {snapshot.position && <span className="font-mono text-xs leading-5 max-lg:hidden">{snapshot.position}</span>}
        </p>
      </div>
      <div className="flex items-center gap-3 border-b border-line py-2 pl-3">
        <span aria-hidden="true" className="flex w-24 items-center max-sm:hidden">
          <span className="flex h-2 w-1/2 justify-end">
            <span className="rounded-l-sm bg-failed/60" style={{ width: shareOf(deleted, most) }} />
          </span>
          <span className="flex h-2 w-1/2 border-l border-line">
            <span className="rounded-r-sm bg-running/70" style={{ width: shareOf(added, most) }} />
          </span>
        </span>
        <RelativeTime at={snapshot.at} className="w-20 text-right text-muted" />
      </div>
    </li>
  );
}

const keptText = (count: number): string =>
  count === 1 ? 'One is kept; it can be read.' : `${exactCount(count)} are kept; each can still be read.`;

/** By the square root, so that a stream's commits still show beside the copy. */
const shareOf = (rows: number, most: number): string => `${Math.sqrt(rows / most) * 100}%`;
