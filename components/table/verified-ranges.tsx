'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import { Badge } from '@/components/ui/badge.tsx';
import { ErrorNote } from '@/components/ui/error-state.tsx';
import { counted, countText } from '@/components/ui/figures.ts';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import type { TableView, Verification, VerifiedRange } from './table-types.ts';

const SHOWN = 50;
const REFRESH_MS = 1_000;

/** Null for ranges that nobody wished to repair. */
export const repairOf = ({ repairRequestedAt, repairedAt }: Verification): 'under way' | 'done' | null =>
  repairedAt ? 'done' : repairRequestedAt ? 'under way' : null;

/** The ranges that differ, and those that nobody can tell of, with counts of both sides and some keys. */
export function VerifiedRanges({ table, verification }: { table: TableView; verification: Verification }) {
  const trpc = useTRPC();
  const of = (state: 'different' | 'undecided') => ({
    pipelineId: table.pipelineId,
    tableId: table.id,
    verificationId: verification.id,
    state,
    limit: SHOWN,
  });
  const { ranges } = verification;
  const different = useQuery(
    trpc.verifications.ranges.queryOptions(of('different'), {
      enabled: ranges.different > 0,
      refetchInterval: until(ranges.different),
    }),
  );
  const undecided = useQuery(
    trpc.verifications.ranges.queryOptions(of('undecided'), {
      enabled: ranges.undecided > 0,
      refetchInterval: until(ranges.undecided),
    }),
  );
  const error = different.error ?? undecided.error;
  if (error) return <ErrorNote error={error} />;
  const items = [...(different.data?.items ?? []), ...(undecided.data?.items ?? [])];
  if (items.length === 0) return <Skeleton className="h-3 w-52" />;
  const hidden = ranges.different + ranges.undecided - items.length;
  return (
    <>
      <ul
        aria-label={repairOf(verification) === null ? 'Ranges that differ' : 'Ranges that differed'}
        className="divide-y divide-line rounded-md border border-line"
      >
        {items.map((range) => (
          <li key={range.ordinal} className="space-y-1 px-3 py-2">
            <RangeLine range={range} verification={verification} />
          </li>
        ))}
      </ul>
      {hidden > 0 && <p className="text-muted">And {counted(hidden, 'more range')}; the API lists all of them.</p>}
    </>
  );
}

/** Reads again while more were found than are known here. */
const until =
  (found: number) =>
  ({ state }: { state: { data?: { total?: number | undefined } | undefined } }) =>
    (state.data?.total ?? found) < found ? REFRESH_MS : false;

const UNDECIDED = { tone: 'attention', word: 'undecided' } as const;
const REPAIRS = {
  'under way': { tone: 'copying', word: 'being repaired' },
  done: { tone: 'accent', word: 'repaired' },
} as const;

function RangeLine({ range, verification }: { range: VerifiedRange; verification: Verification }) {
  const { state, from, to, sourceRows, lakeRows, missing, extra, different, reason } = range;
  const found = [
    ...(missing > 0 ? [`${countText(missing)} missing`] : []),
    ...(extra > 0 ? [`${countText(extra)} extra`] : []),
    ...(different > 0 ? [`${countText(different)} with other values`] : []),
  ];
  const repair = state === 'different' ? repairOf(verification) : null;
  const { tone, word } =
    state === 'undecided'
      ? UNDECIDED
      : repair === null
        ? ({ tone: 'failed', word: found.join(', ') } as const)
        : REPAIRS[repair];
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <code className="font-mono text-xs break-all">
          {verification.keyColumn ?? 'key'} {from ?? '(first)'} to {to ?? '(last)'}
        </code>
        <Badge tone={tone}>{word}</Badge>
        <span className="text-muted">
          {repair !== null && `had ${found.join(', ')}; `}source {counted(sourceRows, 'row')}, lake{' '}
          {counted(lakeRows, 'row')}
        </span>
      </div>
      {reason && <p className="text-muted">{reason}</p>}
      <Keys range={range} />
    </>
  );
}

function Keys({ range }: { range: VerifiedRange }) {
  const { sample } = range;
  if (!sample) return null;
  const lines = [
    { name: 'Missing in the lake', all: range.missing, keys: sample.missing.map((key) => key.join(', ')) },
    { name: 'Only in the lake', all: range.extra, keys: sample.extra.map((key) => key.join(', ')) },
    {
      name: 'Other values',
      all: range.different,
      keys: sample.different.map(({ key, columns }) => `${key.join(', ')} (${columns.join(', ')})`),
    },
  ];
  return (
    <dl className="space-y-0.5">
      {lines
        .filter(({ keys }) => keys.length > 0)
        .map(({ name, all, keys }) => (
          <div key={name} className="flex flex-wrap gap-x-2">
            <dt className="text-muted">{name}</dt>
            <dd className="flex flex-wrap gap-x-3 font-mono text-xs leading-5">
              {keys.toSorted(AS_NUMBERS.compare).map((key) => (
                <span key={key} className="max-w-full wrap-anywhere">
                  {key}
                </span>
              ))}
              {all > keys.length && (
                <span className="font-sans text-muted">and {countText(all - keys.length)} more</span>
              )}
            </dd>
          </div>
        ))}
    </dl>
  );
}

/** 9 before 10, as people look for keys. */
const AS_NUMBERS = new Intl.Collator('en', { numeric: true });
