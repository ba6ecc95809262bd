import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '@/server/api/root.ts';

type Outputs = inferRouterOutputs<AppRouter>['sources'];

export type Source = Outputs['get'];
export type ListedSource = Outputs['list']['items'][number];
/** A table as a pipeline would replicate it, to be checked. */
export type CheckedTable = NonNullable<inferRouterInputs<AppRouter>['sources']['preflight']['tables']>[number];
export type SourceTable = Outputs['tables']['items'][number];
