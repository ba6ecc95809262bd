import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '@/server/api/root.ts';

type Outputs = inferRouterOutputs<AppRouter>;

export type Member = Outputs['members']['list']['items'][number];
export type ApiKey = Outputs['apiKeys']['list']['items'][number];
export type SignIn = Outputs['signIn']['read'];
export type System = Outputs['system']['info'];
export type Session = Outputs['profile']['sessions']['items'][number];
