import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '@/server/api/root.ts';

type Outputs = inferRouterOutputs<AppRouter>['sources'];

export type Source = Outputs['get'];
export type ListedSource = Outputs['list']['items'][number];
export type SourceTable = Outputs['tables']['items'][number];
