import { AppError } from '@/server/errors/app-error.ts';

/** Refuses a change that was made looking at an older version of the row. Throws PRECONDITION_FAILED. */
export function requireVersion(noun: string, present: bigint, seen: string | undefined): void {
  if (seen === undefined || present === BigInt(seen)) return;
  throw new AppError('PRECONDITION_FAILED', `somebody else changed this ${noun} in the meantime`);
}
