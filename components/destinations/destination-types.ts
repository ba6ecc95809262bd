import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '@/server/api/root.ts';

type Outputs = inferRouterOutputs<AppRouter>['destinations'];

export type Destination = Outputs['get'];
export type ListedDestination = Outputs['list']['items'][number];
