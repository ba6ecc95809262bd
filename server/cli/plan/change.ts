import type { Philotes } from '@/packages/client/client.ts';
import type { Kind } from './resource-schemas.ts';

export type FieldChange = {
  readonly field: string;
  /** Absent for what is new, and for secrets. */
  readonly before?: unknown;
  readonly after?: unknown;
};

/** One thing and what has to be done so that it is as described. */
export type Change = {
  readonly kind: Kind;
  readonly name: string;
  readonly action: 'create' | 'update' | 'delete' | 'none';
  readonly fields: readonly FieldChange[];
  /** Why it cannot be done at all. */
  readonly obstacle?: string;
  apply(philotes: Philotes, signal: AbortSignal): Promise<void>;
};

export const nothing = async (): Promise<void> => undefined;

/** Fields whose values differ, compared by what they say and not by the order of their keys. */
export function differences(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): FieldChange[] {
  return Object.entries(after)
    .filter(([field, value]) => canonical(before[field]) !== canonical(value))
    .map(([field, value]) => ({ field, before: before[field], after: value }));
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  ) ?? '';
