import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '@/server/api/root.ts';

type Outputs = inferRouterOutputs<AppRouter>['pipelines'];

export type PipelineSummary = Outputs['list']['items'][number];
export type PipelineDeletion = Outputs['deletions']['items'][number];
export type PipelineStatus = Outputs['status'];
export type PipelineMetrics = Outputs['metrics'];
export type Commit = Outputs['commits']['items'][number];
export type SchemaChange = Outputs['schemaChanges']['items'][number];
