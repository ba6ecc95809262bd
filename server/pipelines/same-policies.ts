import type { TablePolicies } from '@/server/domain/table-request.ts';

type Policies = Readonly<Record<string, string | undefined>>;

export const samePolicies = (a: Policies, b: Policies): boolean =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

/** Whether only `dead-letter` and `null` change places. */
export const sameTextColumns = (a: TablePolicies, b: TablePolicies): boolean =>
  JSON.stringify(sorted(a).filter(isText)) === JSON.stringify(sorted(b).filter(isText));

/** The first column that was kept as text and is not to be any more. */
export const noLongerText = (before: TablePolicies, after: TablePolicies): string | undefined =>
  sorted(before).find((one) => isText(one) && after[one[0]] !== 'string')?.[0];

const isText = ([, policy]: [string, string | undefined]): boolean => policy === 'string';

const sorted = (policies: Policies): [string, string | undefined][] =>
  Object.entries(policies).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
