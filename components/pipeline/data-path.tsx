import { ArrowRight, CircleAlert, Database, Layers, type LucideIcon, Rows3 } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from '@/components/ui/cx.ts';
import { bytesText, counted, rateText, secondsText } from '@/components/ui/figures.ts';
import { Link } from '@/components/ui/link.tsx';
import { sentence } from '@/components/ui/problem.ts';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import type { PipelineStatus } from './pipeline-types.ts';
import { type Place, whereStuck } from './stuck.ts';

/** Where the data is right now, from the source's slot over the buffer to the lake; and where it is stuck. */
export function DataPath({ pipeline }: { pipeline: PipelineStatus }) {
  const { slot, buffer, position, source, destination } = pipeline;
  const rowsCopied = pipeline.tableList.reduce((sum, { copy }) => sum + copy.rows, 0);
  const stuck = whereStuck(pipeline);
  const reasonAt = (place: Place) => (stuck?.place === place ? stuck.reason : null);
  const flows = pipeline.state === 'running' || pipeline.state === 'copying';
  return (
    <ol aria-label="Data path" className="grid gap-y-3 lg:grid-cols-[1fr_auto_1fr_auto_1fr]">
      <Stop
        icon={Database}
        title="Source"
        name={<Link href={`/sources/${source.id}`}>{source.name}</Link>}
        reason={reasonAt('source')}
        main={{ label: 'WAL retained', value: slot?.retainedBytes == null ? '–' : bytesText(slot.retainedBytes) }}
        facts={[
          { label: 'Not read yet', value: pipeline.sourceLagBytes === null ? '–' : bytesText(pipeline.sourceLagBytes) },
          { label: 'Slot', value: slot?.walStatus ?? '–' },
          { label: 'Room left', value: roomText(slot) },
        ]}
      />
      <Flow isMoving={flows && stuck?.place !== 'source'} />
      <Stop
        icon={Rows3}
        title="Buffer"
        name="PostgreSQL"
        reason={reasonAt('buffer')}
        main={{ label: 'Waiting, compressed', value: bytesText(buffer.bytes) }}
        facts={[
          { label: 'WAL not committed', value: pipeline.lagBytes === null ? '–' : bytesText(pipeline.lagBytes) },
          { label: 'Oldest', value: pipeline.lagSeconds === null ? '–' : secondsText(pipeline.lagSeconds) },
          { label: 'Limit', value: buffer.bytesMax === null ? '–' : bytesText(buffer.bytesMax) },
        ]}
      />
      <Flow isMoving={flows && stuck === null} />
      <Stop
        icon={Layers}
        title="Lake"
        name={<Link href={`/lake/${destination.id}`}>{destination.name}</Link>}
        reason={reasonAt('lake')}
        main={{
          label: 'Freshness',
          value: pipeline.freshnessSeconds === null ? '–' : secondsText(pipeline.freshnessSeconds),
        }}
        facts={[
          { label: 'Last commit', value: position ? <RelativeTime at={position.committedAt} /> : '–' },
          { label: 'Change rate', value: flows ? rateText(pipeline.rowsLastMinute / 60) : '–' },
          { label: 'Changes committed', value: counted(pipeline.rowsCommitted, 'row') },
          { label: 'Copied', value: counted(rowsCopied, 'row') },
        ]}
      />
    </ol>
  );
}

/** What the source may still write before it drops the slot; with a forecast while it runs out. */
function roomText(slot: PipelineStatus['slot']): string {
  if (slot?.safeBytes == null) return slot ? 'no limit' : '–';
  return slot.secondsLeft === null
    ? bytesText(slot.safeBytes)
    : `${bytesText(slot.safeBytes)}, about ${secondsText(slot.secondsLeft)}`;
}

type StopProps = {
  icon: LucideIcon;
  title: string;
  name: ReactNode;
  reason: string | null;
  main: { label: string; value: string };
  facts: readonly { label: string; value: ReactNode }[];
};

function Stop({ icon: Icon, title, name, reason, main, facts }: StopProps) {
  return (
    <li className={cx('min-w-0 rounded-md border bg-surface', reason === null ? 'border-line' : 'border-attention/60')}>
      <div className="flex items-center gap-2 border-b border-line px-4 py-2 text-sm">
        <Icon className="size-4 shrink-0 text-muted" aria-hidden="true" />
        <span className="font-medium">{title}</span>
        <span className="min-w-0 truncate text-muted [&_a:hover]:text-ink [&_a:hover]:underline">{name}</span>
      </div>
      <div className="flex flex-col justify-between gap-x-6 gap-y-3 px-4 py-3 sm:max-lg:flex-row sm:max-lg:items-end">
        <div>
          <p className="text-xs text-muted">{main.label}</p>
          <p className="text-2xl font-semibold tracking-tight tabular-nums">{main.value}</p>
        </div>
        <dl className="grid grid-cols-[1fr_auto] gap-x-3 text-sm tabular-nums">
          {facts.map(({ label, value }) => (
            <div key={label} className="contents">
              <dt className="text-muted">{label}</dt>
              <dd className="text-right">{value}</dd>
            </div>
          ))}
        </dl>
      </div>
      {reason !== null && (
        <p className="flex gap-2 border-t border-attention/40 bg-attention/5 px-4 py-2 text-sm">
          <CircleAlert className="mt-0.5 size-4 shrink-0 text-attention" aria-hidden="true" />
          <span className="min-w-0 break-words">
            <span className="font-medium text-attention">Stuck here. </span>
            {sentence(reason)}
          </span>
        </p>
      )}
    </li>
  );
}

/** The way between two stops; accented while data moves. */
function Flow({ isMoving }: { isMoving: boolean }) {
  return (
    <li aria-hidden="true" className="flex items-center justify-center px-2 max-lg:hidden">
      <span className={cx('h-px w-4', isMoving ? 'bg-accent' : 'bg-control')} />
      <ArrowRight className={cx('-ml-1.5 size-4', isMoving ? 'text-accent' : 'text-faint')} aria-hidden="true" />
    </li>
  );
}
