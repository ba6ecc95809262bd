'use client';

import { CirclePause, CirclePlay, CircleStop, Ellipsis, type LucideIcon, RefreshCw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useRefusal } from '@/components/session/use-me.ts';
import { Button, ButtonLink, IconButton } from '@/components/ui/button.tsx';
import { Menu, MenuItem, MenuSeparator } from '@/components/ui/menu.tsx';
import { isAtRest, isPipelineState } from '@/server/domain/pipeline-state.ts';
import { type NextAction, nextAction } from './next-action.ts';
import { type Asked, PipelineDialogs } from './pipeline-dialogs.tsx';
import type { PipelineSummary } from './pipeline-types.ts';
import { usePipelineVerbs } from './use-pipeline-verbs.ts';

const ICONS: Readonly<Record<'start' | 'pause' | 'resume' | 'resync', LucideIcon>> = {
  start: CirclePlay,
  pause: CirclePause,
  resume: CirclePlay,
  resync: RefreshCw,
};

/** The next sensible action as a button; the others, and the dangerous ones, in a menu. */
export function PipelineActions({ pipeline }: { pipeline: PipelineSummary }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const refusal = useRefusal();
  const verbs = usePipelineVerbs();
  const reason = refusal('pipeline:operate');
  const { state, id } = pipeline;
  const atRest = isPipelineState(state) && isAtRest(state);
  const next = nextAction(pipeline);
  const run = (kind: 'start' | 'pause' | 'resume' | 'resync') => {
    if (kind === 'pause' || kind === 'resync') setAsked(kind);
    else verbs[kind].mutate({ id });
  };
  const isFirst = (kind: string) => next?.kind === kind;
  return (
    <>
      {next && (
        <NextButton
          action={next}
          reason={reason}
          isPending={verbs.start.isPending || verbs.resume.isPending}
          onRun={run}
        />
      )}
      <Menu trigger={<IconButton label="More actions" icon={Ellipsis} className="border border-control bg-surface" />}>
        {atRest && !isFirst('start') && (
          <MenuItem icon={CirclePlay} reason={reason} onSelect={() => run('start')}>
            Start pipeline
          </MenuItem>
        )}
        {!atRest && (
          <MenuItem icon={CircleStop} reason={reason} onSelect={() => setAsked('stop')}>
            Stop pipeline
          </MenuItem>
        )}
        {!isFirst('resync') && (
          <MenuItem
            icon={RefreshCw}
            reason={reason ?? (state === 'draft' ? 'It was never started.' : null)}
            onSelect={() => setAsked('resync')}
          >
            Resync pipeline
          </MenuItem>
        )}
        <MenuSeparator />
        <MenuItem icon={Trash2} isDanger reason={refusal('pipeline:write')} onSelect={() => setAsked('delete')}>
          Delete pipeline
        </MenuItem>
      </Menu>
      <PipelineDialogs pipeline={pipeline} asked={asked} onClose={() => setAsked(null)} />
    </>
  );
}

/** An action as a button, wherever it is offered. */
export function NextButton({
  action,
  reason,
  isPending,
  onRun,
}: {
  action: NextAction;
  reason: string | null;
  isPending: boolean;
  onRun: (kind: 'start' | 'pause' | 'resume' | 'resync') => void;
}) {
  if (action.kind === 'go') {
    return (
      <ButtonLink href={action.href} kind="primary">
        {action.label}
      </ButtonLink>
    );
  }
  const { kind, label } = action;
  return (
    <Button
      kind={kind === 'pause' ? 'secondary' : 'primary'}
      icon={ICONS[kind]}
      reason={reason}
      pending={isPending && 'Asking'}
      onClick={() => onRun(kind)}
    >
      {label}
    </Button>
  );
}
