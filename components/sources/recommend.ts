import { sentence } from '@/components/ui/problem.ts';
import type { SourceTable } from './source-types.ts';

export type Mode = 'mirror' | 'changelog';
export type Recommendation = { readonly mode: Mode | null; readonly reason: string };

/** How a table is best replicated, and why; `mode` null when it cannot be. */
export function recommend(table: SourceTable): Recommendation {
  if (table.isPartition) return { mode: null, reason: 'It is a partition: replicate its partitioned table.' };
  if (!table.canReplicate) return { mode: null, reason: sentence(table.reason ?? 'it cannot be replicated') };
  if (table.canMirror) {
    return { mode: 'mirror', reason: `Its key (${table.key.join(', ')}) finds the row of every change.` };
  }
  return table.keyDeferrable
    ? { mode: 'changelog', reason: 'Its key is deferrable, so two rows may share it for a moment.' }
    : { mode: 'changelog', reason: 'It has no key that a mirror could find a changed row by.' };
}

/** Why a table cannot have a mode; null when it can. */
export function refusalOf(table: SourceTable, mode: Mode): string | null {
  const { mode: best, reason } = recommend(table);
  if (best === null) return reason;
  return mode === 'mirror' && best === 'changelog' ? reason : null;
}

export const MODE_WORDS: Readonly<Record<Mode, { readonly word: string; readonly about: string }>> = {
  mirror: { word: 'Mirror', about: 'The lake table equals the source table, row by row.' },
  changelog: { word: 'Changelog', about: 'Every insert, update and delete is appended as a row.' },
};
