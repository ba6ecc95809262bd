import { keyColumns } from '@/server/domain/table-schema.ts';
import type { DiscoveredTable } from '@/server/postgres/discover.ts';
import { lacksIdentity } from '@/server/postgres/preflight-tables.ts';

export type Recommendation = { readonly mode: 'mirror' | 'changelog' | 'none'; readonly reason: string };

/** How a table is replicated best, and why; `none` when it cannot be, or not without harm. */
export function recommendMode(found: DiscoveredTable): Recommendation {
  const { publishable, selectable } = found;
  if (!publishable.ok) return { mode: 'none', reason: sentence(publishable.reason) };
  if (!selectable) return { mode: 'none', reason: 'The role may not read it: grant SELECT on it.' };
  const key = keyColumns(found.schema);
  if (lacksIdentity(found)) {
    const what = found.keyDeferrable ? 'Its key is deferrable' : 'It has no key';
    return { mode: 'none', reason: `${what}: once published, its updates and deletes would fail. ${REMEDY}` };
  }
  if (key.length === 0)
    return { mode: 'changelog', reason: 'It has no key to find changed rows by: keep its history instead.' };
  if (found.keyDeferrable) {
    return {
      mode: 'changelog',
      reason: 'Its key is deferrable, so two rows can share it for a moment: keep its history.',
    };
  }
  const float = key.find(({ type }) => type.kind === 'float4' || type.kind === 'float8');
  if (float)
    return {
      mode: 'changelog',
      reason: `Its key ${float.name} is a floating-point number, which Iceberg does not take.`,
    };
  return { mode: 'mirror', reason: `Its key ${key.map(({ name }) => name).join(', ')} tells its rows apart.` };
}

const REMEDY =
  'Give it a primary key, or a unique index as its REPLICA IDENTITY; for a changelog REPLICA IDENTITY FULL will do.';

const sentence = (reason: string): string => `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;
