import type { PipelineSummary } from '@/components/pipeline/pipeline-types.ts';

type Stale = { readonly pipelineId: string; readonly pipelineName: string; readonly seconds: number };
type Listed = Pick<PipelineSummary, 'id' | 'name' | 'freshnessSeconds'>;

/**
 * The stalest pipeline of all, told as the list beside it tells it: the server's answer is seconds old while the list's
 * figures move, so it counts only for a pipeline that is not listed.
 */
export function stalest(told: Stale | null, listed: readonly Listed[]): Stale | null {
  const shown = listed.flatMap(({ id, name, freshnessSeconds }): Stale[] =>
    freshnessSeconds === null ? [] : [{ pipelineId: id, pipelineName: name, seconds: freshnessSeconds }],
  );
  const others = told === null || listed.some(({ id }) => id === told.pipelineId) ? [] : [told];
  return [...shown, ...others].reduce<Stale | null>(
    (worst, each) => (worst === null || each.seconds > worst.seconds ? each : worst),
    null,
  );
}
