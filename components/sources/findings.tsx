'use client';

import { ChevronRight, CircleAlert, CircleCheck, CircleX, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { CodeBlock } from '@/components/ui/code-block.tsx';
import { cx } from '@/components/ui/cx.ts';
import { counted } from '@/components/ui/figures.ts';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { type FindingPlace, findingSql } from './finding-sql.ts';

type Shown = {
  readonly code: string;
  readonly severity: string;
  readonly subject: string;
  readonly message: string;
  readonly remedy: string;
};

const GROUPS: readonly { severity: string; title: string; about: string; icon: LucideIcon; tone: string }[] = [
  {
    severity: 'error',
    title: 'Blocking',
    about: 'A pipeline cannot start until these are mended.',
    icon: CircleX,
    tone: 'text-failed',
  },
  {
    severity: 'warning',
    title: 'Warnings',
    about: 'A pipeline can start; these have consequences.',
    icon: CircleAlert,
    tone: 'text-paused',
  },
  {
    severity: 'info',
    title: 'Good to know',
    about: 'Nothing has to be done.',
    icon: CircleCheck,
    tone: 'text-running',
  },
  { severity: 'ok', title: 'Fine', about: 'What was tried and works.', icon: CircleCheck, tone: 'text-running' },
];

/** What a check found: what blocks first, each with its reason and the way out. */
export function Findings({
  findings,
  fine,
  place,
}: {
  findings: readonly Shown[];
  /** Said when nothing blocks. */
  fine: ReactNode;
  place: FindingPlace;
}) {
  const groups = GROUPS.map((group) => ({
    ...group,
    kinds: byKind(findings.filter(({ severity }) => severity === group.severity)),
  })).filter(({ kinds }) => kinds.length > 0);
  return (
    <div className="divide-y divide-line">
      {!findings.some(({ severity }) => severity === 'error') && (
        <p className="flex items-start gap-2.5 px-4 py-3">
          <CircleCheck className="mt-0.5 size-4 shrink-0 text-running" aria-hidden="true" />
          <span>{fine}</span>
        </p>
      )}
      {groups.map(({ severity, title, about, icon: Icon, tone, kinds }) => (
        <details key={severity} open={severity === 'error' || severity === 'warning'} className="group">
          <summary className="flex min-h-11 list-none items-center gap-2.5 px-4 py-2 select-none hover:bg-raised">
            <Icon className={cx('size-4 shrink-0', tone)} aria-hidden="true" />
            <span className="font-medium">
              {title} <span className="font-normal text-muted tabular-nums">{kinds.length}</span>
            </span>
            <span className="min-w-0 flex-1 truncate text-sm text-muted max-sm:hidden">{about}</span>
            <ChevronRight
              className="ml-auto size-4 shrink-0 text-faint transition-transform group-open:rotate-90"
              aria-hidden="true"
            />
          </summary>
          <ul className="divide-y divide-line border-t border-line">
            {kinds.map((kind) => (
              <FindingKind key={kind.key} kind={kind} place={place} />
            ))}
          </ul>
        </details>
      ))}
    </div>
  );
}

type Kind = { readonly key: string; readonly first: Shown; readonly subjects: readonly string[] };

/** The same thing said of several tables is said once. */
function byKind(findings: readonly Shown[]): Kind[] {
  const kinds = new Map<string, { key: string; first: Shown; subjects: string[] }>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.code, finding.message]);
    const kind = kinds.get(key);
    if (kind) kind.subjects.push(finding.subject);
    else kinds.set(key, { key, first: finding, subjects: [finding.subject] });
  }
  return [...kinds.values()];
}

const SUBJECTS_SHOWN = 4;

function FindingKind({ kind: { first, subjects }, place }: { kind: Kind; place: FindingPlace }) {
  const sql = findingSql(first.code, subjects, place);
  const more = subjects.length - SUBJECTS_SHOWN;
  return (
    <li className="py-3 pr-4 pl-10.5">
      <p>{first.message}</p>
      <p className="mt-0.5 flex flex-wrap items-center gap-x-2 gap-y-0.5 text-sm text-muted">
        {subjects.slice(0, SUBJECTS_SHOWN).map((subject) => (
          <code key={subject} className="font-mono text-xs break-all">
            {subject}
          </code>
        ))}
        {more > 0 && <span>and {counted(more, 'more', 'more')}</span>}
      </p>
      {first.remedy && <p className="mt-1.5 text-sm text-muted">{first.remedy}</p>}
      {sql && <CodeBlock code={sql} label="SQL" className="mt-2 max-w-2xl" />}
    </li>
  );
}

/** In the shape of the findings to come. */
export const FindingsSkeleton = () => (
  <div role="status" className="divide-y divide-line">
    <span className="sr-only">Asking the source</span>
    {['w-72', 'w-56', 'w-64'].map((width) => (
      <div key={width} className="flex h-11 items-center gap-2.5 px-4">
        <Skeleton className="size-4" />
        <Skeleton className={cx('h-3', width)} />
      </div>
    ))}
  </div>
);
