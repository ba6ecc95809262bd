import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '@/server/api/root.ts';

export type TableView = inferRouterOutputs<AppRouter>['tables']['list']['items'][number];
export type Verification = inferRouterOutputs<AppRouter>['verifications']['list']['items'][number];
export type VerifiedRange = inferRouterOutputs<AppRouter>['verifications']['ranges']['items'][number];
