'use client';

import { type ReactNode, useState } from 'react';
import { useRefusal } from '@/components/session/use-me.ts';
import { Button } from '@/components/ui/button.tsx';
import { Section } from '@/components/ui/card.tsx';
import { type Asked, PipelineDialogs } from './pipeline-dialogs.tsx';
import type { PipelineSummary } from './pipeline-types.ts';

/** What cannot be taken back. */
export function DangerZone({ pipeline }: { pipeline: PipelineSummary }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const refusal = useRefusal();
  return (
    <Section title="Danger zone">
      <ul className="divide-y divide-line rounded-md border border-failed/40 bg-surface">
        <Row
          title="Resync pipeline"
          text="A new slot, and a fresh copy of every table. The way on after the source lost the slot or was replaced."
          button={
            <Button
              kind="danger"
              reason={refusal('pipeline:operate') ?? (pipeline.state === 'draft' ? 'It was never started.' : null)}
              onClick={() => setAsked('resync')}
            >
              Resync pipeline
            </Button>
          }
        />
        <Row
          title="Delete pipeline"
          text="Drops its slot and publication on the source. The lake tables stay; each can be dropped on its page in the lake."
          button={
            <Button kind="danger" reason={refusal('pipeline:write')} onClick={() => setAsked('delete')}>
              Delete pipeline
            </Button>
          }
        />
      </ul>
      <PipelineDialogs pipeline={pipeline} asked={asked} onClose={() => setAsked(null)} />
    </Section>
  );
}

function Row({ title, text, button }: { title: string; text: string; button: ReactNode }) {
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-64">
        <p className="font-medium">{title}</p>
        <p className="text-sm text-muted">{text}</p>
      </div>
      {button}
    </li>
  );
}
