import { type Philotes, ProblemError } from '@/packages/client/client.ts';
import { exitOf } from '../exit-codes.ts';
import { ON_TRIAL } from '../on-trial.ts';
import type { Change } from './change.ts';

/**
 * Asks the installation what would become of a change: why it cannot be made, and what it copies again. Changes nothing. What
 * a source says counts only where it stays: one that changes by the same plan may be another one then.
 */
export async function tryOut(
  philotes: Philotes,
  change: Change,
  { sourceStays = true }: { sourceStays?: boolean } = {},
): Promise<Change> {
  if (change.obstacle !== undefined) return change;
  const copies: string[] = [];
  const notes = [...(change.notes ?? [])];
  for (const step of change.steps.filter(({ isTriable }) => isTriable)) {
    try {
      const outcome = await step.run(philotes, { signal: new AbortController().signal, headers: ON_TRIAL });
      if (step.table !== undefined && isCopy(outcome)) copies.push(step.table);
    } catch (error) {
      if (!(error instanceof ProblemError) || !speaksOfTheChange(error)) throw error;
      const { detail } = error.problem;
      if (sourceStays || !isOfTheSource(error)) return { ...change, obstacle: `${step.what}: ${detail}` };
      notes.push(`${step.what} is not checked, since its source changes: ${detail}`);
      // It may be; whoever applies it is asked.
      if (step.table !== undefined) copies.push(step.table);
    }
  }
  return { ...change, ...(copies.length > 0 ? { copies } : {}), ...(notes.length > 0 ? { notes } : {}) };
}

const isCopy = (outcome: unknown): boolean => {
  const data = typeof outcome === 'object' && outcome !== null ? Reflect.get(outcome, 'data') : undefined;
  return typeof data === 'object' && data !== null && Reflect.get(data, 'resync') === true;
};

const isOfTheSource = ({ code }: ProblemError): boolean => code.startsWith('SOURCE_') || code === 'PREFLIGHT_REFUSED';

/** Rather than of who asks, or of an installation that is not well. */
const speaksOfTheChange = (error: ProblemError): boolean =>
  isOfTheSource(error) || ['USAGE', 'NOT_FOUND', 'CONFLICT'].includes(exitOf(error.status));
