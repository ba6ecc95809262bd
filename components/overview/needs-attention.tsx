'use client';

import { CircleAlert } from 'lucide-react';
import { useState } from 'react';
import { NextButton } from '@/components/pipeline/pipeline-actions.tsx';
import { PipelineDialogs } from '@/components/pipeline/pipeline-dialogs.tsx';
import { usePipelineVerbs } from '@/components/pipeline/use-pipeline-verbs.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { Section } from '@/components/ui/card.tsx';
import { ErrorCode } from '@/components/ui/error-state.tsx';
import { counted } from '@/components/ui/figures.ts';
import { Link } from '@/components/ui/link.tsx';
import { sentence } from '@/components/ui/problem.ts';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import type { AttentionItem } from './attention.ts';

/** What needs a person, each with its remedy as a button. Absent when nothing does. */
export function NeedsAttention({
  items,
  more,
}: {
  items: readonly AttentionItem[];
  /** How many pipelines are left out. */
  more: number;
}) {
  if (items.length === 0) return null;
  return (
    <Section title="Needs attention">
      <ul className="divide-y divide-line rounded-md border border-attention/50 bg-surface">
        {items.map((item) => (
          <AttentionRow key={item.key} item={item} />
        ))}
        {more > 0 && (
          <li className="px-4 py-2.5">
            <Link href="/pipelines?attention=yes" className="text-accent hover:underline">
              {counted(more, 'more pipeline')}
            </Link>
          </li>
        )}
      </ul>
    </Section>
  );
}

function AttentionRow({ item }: { item: AttentionItem }) {
  const { pipeline, action } = item;
  const [isResyncing, setResyncing] = useState(false);
  const verbs = usePipelineVerbs();
  const refusal = useRefusal();
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5">
      <CircleAlert className="size-4 shrink-0 self-start text-attention max-sm:hidden sm:mt-2" aria-hidden="true" />
      <div className="min-w-0 flex-1 basis-80">
        <p className="break-words">
          <Link href={`/pipelines/${pipeline.id}`} className="font-semibold hover:underline">
            {pipeline.name}
          </Link>
          <span className="sr-only">, needs attention</span>: {sentence(item.text)}
        </p>
        <p className="flex flex-wrap items-baseline gap-x-2 text-sm text-muted">
          <span>{item.remedy}</span>
          {item.code && <ErrorCode code={item.code} />}
          {item.since && (
            <span>
              since <RelativeTime at={item.since} />
            </span>
          )}
        </p>
      </div>
      <NextButton
        action={action}
        reason={refusal('pipeline:operate')}
        isPending={verbs.start.isPending}
        onRun={(kind) => (kind === 'resync' ? setResyncing(true) : verbs.start.mutate({ id: pipeline.id }))}
      />
      <PipelineDialogs pipeline={pipeline} asked={isResyncing ? 'resync' : null} onClose={() => setResyncing(false)} />
    </li>
  );
}
