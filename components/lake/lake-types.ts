import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '@/server/api/root.ts';

type Outputs = inferRouterOutputs<AppRouter>['lake'];

export type LakeTableEntry = Outputs['tables']['items'][number];
export type LakeTable = Outputs['table'];
export type LakePreview = Outputs['preview'];
export type LakeSnapshot = LakeTable['snapshots'][number];

/** What a reader sees; none before the first commit. */
export const currentOf = ({ snapshots }: LakeTable): LakeSnapshot | undefined =>
  snapshots.find(({ current }) => current);

/** Names one lake table. */
export type LakeKey = { readonly destinationId: string; readonly namespace: string; readonly table: string };

/** Asked of a worker or a foreign catalog: such a question never waits in a batch with quick ones. */
export const SLOW = { trpc: { context: { slow: true } } } as const;
