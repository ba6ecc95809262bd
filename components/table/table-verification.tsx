'use client';

import { useQuery } from '@tanstack/react-query';
import { CircleStop, ScanSearch, Wrench } from 'lucide-react';
import { useState } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { Badge, type Tone } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { ConfirmDialog } from '@/components/ui/confirm-dialog.tsx';
import { ErrorNote, RecordedError } from '@/components/ui/error-state.tsx';
import { counted, countText } from '@/components/ui/figures.ts';
import { ProgressBar } from '@/components/ui/progress-bar.tsx';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { EXCUSE_WORDS, EXCUSES } from '@/server/domain/verification.ts';
import type { TableView, Verification } from './table-types.ts';
import { useVerificationVerbs } from './use-verification-verbs.ts';
import { repairOf, VerifiedRanges } from './verified-ranges.tsx';

const REFRESH_MS = 1_000;

const isOpen = (verification: Verification | undefined): boolean =>
  verification?.state === 'waiting' || verification?.state === 'running';

/** Whether the lake shows what the source has: start it, watch it, see what differs, and repair that. */
export function TableVerification({ table }: { table: TableView }) {
  const trpc = useTRPC();
  const { key } = useVerificationVerbs(table);
  const query = useQuery(
    trpc.verifications.list.queryOptions(
      { ...key, limit: 1 },
      { refetchInterval: ({ state }) => (isOpen(state.data?.items[0]) ? REFRESH_MS : false) },
    ),
  );
  const last = query.data?.items[0];
  return (
    <section aria-label="Verification" className="space-y-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="font-semibold">Verification</h3>
        <Verify table={table} last={last}>
          Verify table
        </Verify>
      </div>
      {query.isError && <ErrorNote error={query.error} />}
      {query.isPending && <Skeleton className="h-3 w-64" />}
      {query.data && !last && (
        <p className="text-sm text-muted">
          Never compared. A verification counts and compares every row of the lake with the source, range by range,
          while both go on.
        </p>
      )}
      {last && <LastVerification table={table} verification={last} />}
    </section>
  );
}

type VerifyProps = { readonly table: TableView; readonly last: Verification | undefined; readonly children: string };

function Verify({ table, last, children }: VerifyProps) {
  const refusal = useRefusal()('pipeline:operate');
  const { key, start } = useVerificationVerbs(table);
  return (
    <Button
      icon={ScanSearch}
      reason={refusal ?? notNow(table) ?? (isOpen(last) ? 'One is under way.' : null)}
      pending={start.isPending && 'Starting'}
      onClick={() => start.mutate(key)}
    >
      {children}
    </Button>
  );
}

function notNow({ mirror, state }: TableView): string | null {
  if (!mirror) return 'It has only a changelog; verification compares mirrors.';
  return state === 'pending' || state === 'copying' ? 'It is not live yet.' : null;
}

type Props = { readonly table: TableView; readonly verification: Verification };

function LastVerification({ table, verification }: Props) {
  const refusal = useRefusal()('pipeline:operate');
  const { key, cancel } = useVerificationVerbs(table);
  const { id, state, ranges, sourceRows, error, endedAt, createdAt, from, to } = verification;
  const compared = ranges.equal + ranges.different + ranges.undecided;
  const { tone, word } = verdict(verification);
  return (
    <div className="space-y-3 rounded-md border border-line p-3 text-sm">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Badge tone={tone}>{word}</Badge>
        <span>
          {counted(sourceRows, 'row')} in {counted(compared, 'range')}
          {ranges.all > compared && ` of ${countText(ranges.all)}`}
        </span>
        <span className="text-muted">
          <RelativeTime at={endedAt ?? createdAt} />
        </span>
        {(from !== null || to !== null) && (
          <span className="text-muted">
            keys {from ?? '(first)'} to {to ?? '(last)'}
          </span>
        )}
      </div>
      {isOpen(verification) && (
        <div className="flex items-center gap-3">
          <ProgressBar
            className="grow"
            label="Ranges compared"
            value={compared}
            max={ranges.all === 0 ? null : ranges.all}
          />
          <Button
            icon={CircleStop}
            reason={refusal}
            pending={cancel.isPending && 'Ending'}
            onClick={() => cancel.mutate({ ...key, verificationId: id })}
          >
            Cancel
          </Button>
        </div>
      )}
      {error && <RecordedError error={error} />}
      <Explained verification={verification} />
      {(ranges.different > 0 || ranges.undecided > 0) && <VerifiedRanges table={table} verification={verification} />}
      {ranges.different > 0 && (state === 'done' || state === 'cancelled' || state === 'failed') && (
        <RepairState table={table} verification={verification} />
      )}
    </div>
  );
}

function verdict(verification: Verification): { tone: Tone; word: string } {
  const { state, ranges, error } = verification;
  const repair = repairOf(verification);
  if (repair === 'done') return { tone: 'accent', word: `${counted(ranges.different, 'range')} repaired` };
  if (repair === 'under way') return { tone: 'copying', word: `${counted(ranges.different, 'range')} being repaired` };
  if (ranges.different > 0)
    return { tone: 'failed', word: `${countText(ranges.different)} ${ranges.different === 1 ? 'differs' : 'differ'}` };
  if (state === 'waiting') return { tone: 'paused', word: error ? 'Waits' : 'Begins' };
  if (state === 'running') return { tone: 'copying', word: 'Compares' };
  if (state === 'failed') return { tone: 'failed', word: 'Failed' };
  if (state === 'cancelled') return { tone: 'idle', word: 'Cancelled' };
  return ranges.undecided > 0
    ? { tone: 'attention', word: `${countText(ranges.undecided)} undecided` }
    : { tone: 'running', word: 'Equal' };
}

/** What was not held against the lake, and why. */
function Explained({ verification: { excused, leftOut } }: Pick<Props, 'verification'>) {
  const lines = [
    ...EXCUSES.flatMap((why) =>
      excused[why] ? [`${countText(excused[why])} ${EXCUSE_WORDS[why][excused[why] === 1 ? 'one' : 'several']}`] : [],
    ),
    ...leftOut.map(({ column, reason }) => `Column ${column} is not compared: ${reason}`),
  ];
  if (lines.length === 0) return null;
  return (
    <ul className="list-disc space-y-0.5 pl-5 text-muted">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

/** What becomes of the ranges that differ: to be repaired, being repaired, or repaired and not looked at since. */
function RepairState({ table, verification }: Props) {
  const { repairedAt, repairRequestedAt } = verification;
  if (repairedAt) {
    return (
      <div className="flex flex-wrap items-center gap-3">
        <Verify table={table} last={verification}>
          Verify again
        </Verify>
        <span className="text-muted">
          Repaired <RelativeTime at={repairedAt} />: the rows of the source took the place of what the lake had. Another
          verification tells whether it is equal now.
        </span>
      </div>
    );
  }
  if (repairRequestedAt) {
    return (
      <p className="text-muted">
        Being repaired, asked for <RelativeTime at={repairRequestedAt} />. Readers see the former content until one
        commit replaces it.
      </p>
    );
  }
  return <Repair table={table} verification={verification} />;
}

function Repair({ table, verification }: Props) {
  const [isAsked, setAsked] = useState(false);
  const refusal = useRefusal()('pipeline:operate');
  const { key, repair } = useVerificationVerbs(table);
  const close = () => setAsked(false);
  const { ranges, id } = verification;
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button
        icon={Wrench}
        kind="primary"
        reason={refusal ?? (table.state === 'live' ? null : `It is ${table.state.replace('_', ' ')}.`)}
        onClick={() => setAsked(true)}
      >
        Repair {counted(ranges.different, 'range')}
      </Button>
      <ConfirmDialog
        open={isAsked}
        onClose={close}
        title={`Repair ${counted(ranges.different, 'range')} of ${table.source}?`}
        consequences={[
          'Their rows are read from the source again.',
          'What the lake has in these ranges goes, whoever wrote it, and the rows of the source take its place.',
          'Changes of the table wait until that is done.',
        ]}
        stays={[
          'Readers see the present content until one commit replaces it.',
          ...(table.changelog ? ['The changelog keeps all of its history and gets the rows as r.'] : []),
          'Other ranges and other tables go on.',
        ]}
        action="Repair ranges"
        acting="Asking"
        isPending={repair.isPending}
        error={repair.error}
        onConfirm={() => repair.mutate({ ...key, verificationId: id }, { onSuccess: close })}
      />
    </div>
  );
}
