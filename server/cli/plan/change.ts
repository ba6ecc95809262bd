import type { Philotes } from '@/packages/client/client.ts';
import type { Scope } from '@/server/auth/scopes.ts';
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
  /** Source tables that are copied again, which readers and the source notice. */
  readonly copies?: readonly string[];
  /** What could not be checked beforehand. */
  readonly notes?: readonly string[];
  /** Rights it takes beside those that a trial of its steps asks for. */
  readonly needs?: readonly Scope[];
  readonly steps: readonly Step[];
};

/** One request, or a few that belong together; done whole or not at all, where the interface can. */
export type Step = {
  /** As a person is told about it: `settings`, `table public.orders`. */
  readonly what: string;
  /** Whether it can be run with the headers of a trial before anything is done. */
  readonly isTriable: boolean;
  /** The table that it may copy again. */
  readonly table?: string;
  /** The table that it takes out of its pipeline. */
  readonly removes?: string;
  run(philotes: Philotes, how: How): Promise<unknown>;
};
type How = { readonly signal: AbortSignal; readonly headers: Readonly<Record<string, string>> };

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
