import type { TablePolicies } from '@/server/domain/table-request.ts';

type Policies = Readonly<Record<string, string | undefined>>;

export const samePolicies = (a: Policies, b: Policies): boolean =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

/** Whether only `dead-letter` and `null` change places: a text column is one from the lake table's creation on, or never. */
export const sameTextColumns = (a: TablePolicies, b: TablePolicies): boolean =>
  JSON.stringify(sorted(a).filter(isText)) === JSON.stringify(sorted(b).filter(isText));

const isText = ([, policy]: [string, string | undefined]): boolean => policy === 'string';

const sorted = (policies: Policies): [string, string | undefined][] =>
  Object.entries(policies).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
