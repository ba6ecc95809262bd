'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { postApi, shownProblem } from '@/components/ui/api.ts';
import { Problem } from '@/components/ui/problem.tsx';
import type { PipelineSummary } from '@/server/pipelines/pipeline-view.ts';

const WORDS = {
  start: {
    verb: 'Start',
    question: 'Start this pipeline?',
    text: 'The source is checked first. Tables that are not in the lake yet are copied, then follow the source.',
    style: 'bg-accent text-accent-ink',
  },
  stop: {
    verb: 'Stop',
    question: 'Stop this pipeline?',
    text: 'The lake stays as it is. The replication slot stays too, so the source keeps its WAL until you start again.',
    style: 'border border-line bg-raised text-ink',
  },
} as const;

const BUTTON = 'rounded-lg px-4 py-2 text-sm font-medium transition hover:opacity-85 disabled:opacity-50';

/** Starts or stops, after a question that says what will happen. */
export function OperateButton({ pipeline }: { pipeline: PipelineSummary }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const client = useQueryClient();
  const isRunning = pipeline.desiredState === 'running' && pipeline.state !== 'needs_attention';
  const action = isRunning ? 'stop' : 'start';
  const words = WORDS[action];
  const change = useMutation({
    mutationFn: () => postApi(`/api/v1/pipelines/${pipeline.id}/${action}`),
    onSuccess: async () => {
      dialog.current?.close();
      await client.invalidateQueries({ queryKey: ['pipeline', pipeline.id] });
    },
  });
  const open = () => {
    change.reset();
    dialog.current?.showModal();
  };
  return (
    <>
      <button type="button" onClick={open} className={`${BUTTON} ${words.style}`}>
        {words.verb}
      </button>
      <dialog
        ref={dialog}
        aria-labelledby="operate-question"
        className="m-auto w-[min(28rem,calc(100vw-2rem))] rounded-2xl border border-line bg-surface p-6 text-ink shadow-xl"
      >
        <h2 id="operate-question" className="text-lg font-semibold tracking-tight">
          {words.question}
        </h2>
        <p className="mt-2 text-muted">{words.text}</p>
        {change.error && (
          <div className="mt-4 max-h-64 overflow-y-auto">
            <Problem error={shownProblem(change.error)} />
          </div>
        )}
        <div className="mt-6 flex justify-end gap-3">
          <button type="button" onClick={() => dialog.current?.close()} className={`${BUTTON} text-muted`}>
            Cancel
          </button>
          <button
            type="button"
            disabled={change.isPending}
            onClick={() => change.mutate()}
            className={`${BUTTON} ${words.style}`}
          >
            {change.isPending ? 'One moment' : words.verb}
          </button>
        </div>
      </dialog>
    </>
  );
}
