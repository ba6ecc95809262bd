import type { Context } from '../context.ts';
import type { Change } from './change.ts';

/**
 * Makes the changes step by step. When one fails, says what has been done and what has not, for the person who mends it:
 * `apply` goes on from there.
 */
export async function carryOut(
  { philotes, io }: Pick<Context, 'philotes' | 'io'>,
  changes: readonly Change[],
): Promise<void> {
  const steps = changes.flatMap((change) => change.steps.map((step) => ({ change, step })));
  const nameOf = ({ change: { kind, name }, step }: (typeof steps)[number]) => `${kind} ${name}: ${step.what}`;
  for (const [index, each] of steps.entries()) {
    try {
      await each.step.run(philotes, { signal: io.signal, headers: {} });
    } catch (error) {
      io.err(`failed    ${nameOf(each)}`);
      for (const later of steps.slice(index + 1)) io.err(`not done  ${nameOf(later)}`);
      io.err(
        index === 0 && each.step.isTriable
          ? 'Nothing was changed.'
          : 'What is said to be done stays; apply again when the reason is gone.',
      );
      throw error;
    }
    io.err(`done      ${nameOf(each)}`);
  }
}
