'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { postApi, readApi, shownProblem } from '@/components/ui/api.ts';
import { formatAgo } from '@/components/ui/format.ts';
import { Problem } from '@/components/ui/problem.tsx';
import type { DeadLetterEntry } from '@/server/dead-letters/dead-letter-view.ts';

const BUTTON = 'rounded-md border border-line px-2.5 py-1 text-sm hover:bg-raised disabled:opacity-50';

/** Rows that were parked, each with its reason. Read again whenever the number of open ones changes. */
export function DeadLetterList({ pipelineId, open }: { pipelineId: string; open: number }) {
  const path = `/api/v1/pipelines/${pipelineId}/dead-letters`;
  const client = useQueryClient();
  const letters = useQuery({
    queryKey: ['dead-letters', pipelineId, open],
    queryFn: async () => (await readApi<{ items: DeadLetterEntry[] }>(path)).items,
    placeholderData: (before) => before,
  });
  const close = useMutation({
    mutationFn: ({ id, action }: { id: number; action: 'replay' | 'discard' }) => postApi(`${path}/${id}/${action}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['dead-letters', pipelineId] }),
  });
  const problem = close.error ?? letters.error;
  const now = Date.now();
  return (
    <div className="space-y-3">
      {problem && <Problem error={shownProblem(problem)} />}
      {letters.data?.length === 0 && (
        <p className="rounded-2xl border border-dashed border-line px-6 py-8 text-center text-muted">
          Every row was carried
        </p>
      )}
      {letters.data && letters.data.length > 0 && (
        <ul className="divide-y divide-line rounded-2xl border border-line bg-surface">
          {letters.data.map((letter) => (
            <li key={letter.id} className="flex flex-wrap items-center gap-x-6 gap-y-2 p-4 text-sm sm:px-6">
              <div className="min-w-0 grow basis-64">
                <p className="font-medium">
                  {letter.source}
                  {letter.column && <span className="text-muted"> · {letter.column}</span>}
                </p>
                <p className="break-words text-muted">{letter.reason}</p>
                <p className="font-mono text-xs text-faint">
                  {letter.lsn} #{letter.ordinal} · {formatAgo(letter.createdAt, now)}
                </p>
              </div>
              {letter.state === 'open' ? (
                <div className="flex gap-2">
                  {(['replay', 'discard'] as const).map((action) => (
                    <button
                      key={action}
                      type="button"
                      disabled={close.isPending}
                      onClick={() => close.mutate({ id: letter.id, action })}
                      className={BUTTON}
                    >
                      {action === 'replay' ? 'Replay' : 'Discard'}
                    </button>
                  ))}
                </div>
              ) : (
                <span className="text-muted">{letter.state.replaceAll('_', ' ')}</span>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
