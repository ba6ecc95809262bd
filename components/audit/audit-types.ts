import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '@/server/api/root.ts';

export type AuditEntry = inferRouterOutputs<AppRouter>['audit']['list']['items'][number];
