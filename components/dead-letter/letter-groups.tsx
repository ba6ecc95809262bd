'use client';

import { useQuery } from '@tanstack/react-query';
import { RotateCcw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { columnPolicyHref } from '@/components/table/column-policy-href.ts';
import { Button } from '@/components/ui/button.tsx';
import { Section } from '@/components/ui/card.tsx';
import { cx } from '@/components/ui/cx.ts';
import { counted, exactCount } from '@/components/ui/figures.ts';
import { Link } from '@/components/ui/link.tsx';
import { sentence } from '@/components/ui/problem.ts';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { Sparkline } from '@/components/ui/sparkline.tsx';
import { useUrlState } from '@/components/ui/url-state.ts';
import type { DeadLetterGroup } from './dead-letter-types.ts';
import { DiscardGroup } from './discard-group.tsx';
import { useGroupVerbs } from './use-group-verbs.ts';

/** Dead letters that share table, column and reason: how many, how it goes, and what to do with all of them. */
export function LetterGroups({ pipelineId }: { pipelineId: string }) {
  const trpc = useTRPC();
  const query = useQuery(trpc.deadLetters.groups.queryOptions({ pipelineId }));
  const groups = query.data?.items.filter(({ open }) => open > 0) ?? [];
  if (groups.length === 0) return null;
  return (
    <Section title="Open, by reason">
      <ul className="divide-y divide-line rounded-md border border-line bg-surface">
        {groups.map((group) => (
          <GroupRow key={`${group.tableId} ${group.column} ${group.reason}`} group={group} />
        ))}
      </ul>
    </Section>
  );
}

function GroupRow({ group }: { group: DeadLetterGroup }) {
  const url = useUrlState();
  const refusal = useRefusal();
  const verbs = useGroupVerbs();
  const [isDiscarding, setDiscarding] = useState(false);
  const { pipelineId, tableId, column, open, source, reason } = group;
  const table = String(tableId);
  const isShown = url.get('table') === table && url.get('column') === column;
  const chosen = { pipelineId, tableId, reason, ...(column === null ? {} : { column }) };
  const why = refusal('dead-letter:write');
  return (
    <li className={cx('flex flex-wrap items-center gap-x-5 gap-y-2 px-4 py-3', isShown && 'bg-accent/5')}>
      <p className="w-14 text-xl font-semibold text-attention tabular-nums" title={`${exactCount(open)} open`}>
        {exactCount(open)}
        <span className="sr-only"> open</span>
      </p>
      <div className="min-w-0 flex-1 basis-72">
        <p className="break-words">{sentence(reason)}</p>
        <p className="text-sm text-muted">
          <Link
            href={isShown ? url.href({ table: null, column: null }) : url.href({ table, column, letter: null })}
            className="text-ink underline decoration-control underline-offset-2 hover:decoration-current"
          >
            {source}
            {column !== null && `, column ${column}`}
          </Link>
          , last <RelativeTime at={group.lastAt} />
          {column !== null && (
            <>
              {' · '}
              <Link href={columnPolicyHref({ pipelineId, tableId, column })} className="text-accent hover:underline">
                Policy of {column}
              </Link>
            </>
          )}
        </p>
      </div>
      <Sparkline values={group.trend} color="attention" label="Parked by hour, last day" />
      <div className="flex gap-2">
        <Button
          icon={RotateCcw}
          reason={why}
          pending={verbs.replay.isPending && 'Asking'}
          onClick={() => verbs.replay.mutate(chosen)}
        >
          Replay {counted(open, 'row')}
        </Button>
        <Button icon={Trash2} kind="danger" reason={why} onClick={() => setDiscarding(true)}>
          Discard
        </Button>
      </div>
      <DiscardGroup group={group} chosen={chosen} open={isDiscarding} onClose={() => setDiscarding(false)} />
    </li>
  );
}
