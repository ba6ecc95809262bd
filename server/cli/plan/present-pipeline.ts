import type { Philotes } from '@/packages/client/client.ts';
import { collect } from '../resources/collect.ts';
import type { PresentPipeline } from './plan-pipeline.ts';

/** A pipeline as it is defined now; undefined when it is gone. */
export async function readPipeline(philotes: Philotes, id: string): Promise<PresentPipeline | undefined> {
  const { data } = await philotes.GET('/pipelines/{id}', { params: { path: { id } } });
  if (!data) return undefined;
  const query = { sort: 'source' } as const;
  return {
    ...data,
    tables: await collect(philotes.all('/pipelines/{pipelineId}/tables', { path: { pipelineId: id }, query })),
  };
}
