import { sentence } from '@/components/ui/problem.ts';
import type { SourceTable } from './source-types.ts';

export type Mode = 'mirror' | 'changelog';
type Recommendation = { readonly mode: Mode | null; readonly reason: string };

/** How a table is best replicated, and why; `mode` null when it cannot be, or not without harm. */
export function recommend(table: SourceTable): Recommendation {
  if (table.isPartition) return { mode: null, reason: 'It is a partition: replicate its partitioned table.' };
  const { mode, reason } = table.recommended;
  return { mode: mode === 'none' ? null : mode, reason: sentence(reason) };
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
