import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '@/server/api/root.ts';

type Outputs = inferRouterOutputs<AppRouter>['deadLetters'];

export type DeadLetter = Outputs['list']['items'][number];
export type DeadLetterGroup = Outputs['groups']['items'][number];
export type DeadLetterContent = Outputs['inspect'];

/** What the source did to the row, by the letter that the buffer keeps. */
const OPS: Readonly<Record<string, string>> = { r: 'Copy', i: 'Insert', u: 'Update', d: 'Delete', t: 'Truncate' };
export const opWord = (op: string): string => OPS[op] ?? op;
