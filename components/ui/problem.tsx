import type { ShownError } from '@/server/pipelines/pipeline-status.ts';

/** What went wrong and what to do about it. */
export function Problem({ error }: { error: Pick<ShownError, 'code' | 'message' | 'remedy'> }) {
  return (
    <div role="alert" className="rounded-xl border border-bad/35 bg-bad/8 px-4 py-3 text-sm">
      <p className="font-mono text-xs text-bad">{error.code}</p>
      <p className="mt-1 break-words whitespace-pre-line text-ink">{error.message}</p>
      {error.remedy && <p className="mt-1 text-muted">{error.remedy}</p>}
    </div>
  );
}
