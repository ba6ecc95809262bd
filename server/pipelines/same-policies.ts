import type { TablePolicies } from '@/server/domain/table-request.ts';

export const samePolicies = (a: TablePolicies, b: TablePolicies): boolean =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));

/** Whether only `dead-letter` and `null` change places: a text column is one from the lake table's creation on, or never. */
export const sameTextColumns = (a: TablePolicies, b: TablePolicies): boolean =>
  JSON.stringify(sorted(a).filter(isText)) === JSON.stringify(sorted(b).filter(isText));

const isText = ([, policy]: [string, string]): boolean => policy === 'string';

const sorted = (policies: TablePolicies): [string, string][] =>
  Object.entries(policies).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
