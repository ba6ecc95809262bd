import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '@/server/api/root.ts';

type Outputs = inferRouterOutputs<AppRouter>;

export type PipelineSummary = Outputs['pipelines']['list']['items'][number];
export type PipelineStatus = Outputs['pipelines']['status'];
