import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyRange, RangeState } from '@/server/domain/verification.ts';
import { AppError, policyOf } from '@/server/errors/app-error.ts';
import type { ErrorCode } from '@/server/errors/codes.ts';
import { type Look, lookAtRange, type VerifyContext } from './look-at-range.ts';

const LOOKS_MAX = 6;
const OVERTAKEN_MAX = 20;

/** Ends one look; the next begins from what there is then. */
const OVERTAKING: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['VERIFY_OVERTAKEN', 'SOURCE_TABLE_CHANGED']);
/** Ends the range: nobody can say now whether it differs. */
const UNDECIDABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['VERIFY_BEHIND', 'SOURCE_BLOCKED']);

export type ComparedRange = Pick<Look, 'sourceRows' | 'lakeRows' | 'sourceChecksum' | 'lakeChecksum' | 'excuses'> & {
  readonly state: Exclude<RangeState, 'pending'>;
  readonly looks: number;
  readonly settled: Look['settled'];
  /** For people: why the range is undecided. */
  readonly reason: string | null;
};

/**
 * Compares a range until it is equal at one look, or the same at two. Only rows that differ at two looks in a row, and that
 * neither side has changed in between, count as differences; rows that change all the time are named as such.
 */
export async function compareRange(context: VerifyContext, range: KeyRange): Promise<ComparedRange> {
  const dir = join(context.deps.config.workDir, 'verify', randomUUID());
  await mkdir(dir, { recursive: true });
  try {
    return await compare(context, { range, dir });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function compare(
  context: VerifyContext,
  { range, dir }: { range: KeyRange; dir: string },
): Promise<ComparedRange> {
  let look = await lookAnew(context, { range, isExact: false, dir, name: 'look-1', before: null });
  for (let looks = 2; look.kept !== null && looks <= LOOKS_MAX; looks++) {
    const before = look;
    try {
      look = await lookAnew(context, { range, isExact: true, dir, name: `look-${looks}`, before: before.kept });
    } catch (error) {
      if (!(error instanceof AppError) || !UNDECIDABLE.has(error.code)) throw error;
      return { ...figures(before), state: 'undecided', looks: looks - 1, settled: null, reason: reasonOf(error) };
    }
    if (look.kept === null || look.settled?.unsettled === 0) return { ...verdict(look), looks };
  }
  return { ...verdict(look), looks: look.kept === null ? 1 : LOOKS_MAX };
}

function verdict(look: Look): Omit<ComparedRange, 'looks'> {
  const { settled } = look;
  if (look.kept === null || !settled) return { ...figures(look), state: 'equal', settled: null, reason: null };
  const found = settled.missing + settled.extra + settled.different;
  if (found > 0) return { ...figures(look), state: 'different', settled, reason: null };
  const reason = `${settled.unsettled} ${settled.unsettled === 1 ? 'row' : 'rows'} differed and changed again at every look`;
  return { ...figures(look), state: 'undecided', settled, reason };
}

const figures = ({ sourceRows, lakeRows, sourceChecksum, lakeChecksum, excuses }: Look) => ({
  sourceRows,
  lakeRows,
  sourceChecksum,
  lakeChecksum,
  excuses,
});

/** A look that something overtakes says nothing, and is made again. */
async function lookAnew(context: VerifyContext, options: Parameters<typeof lookAtRange>[1]): Promise<Look> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await lookAtRange(context, options);
    } catch (error) {
      if (!OVERTAKING.has(policyOf(error).code) || attempt === OVERTAKEN_MAX) throw error;
    }
  }
}

const reasonOf = (error: AppError): string => `${error.code}: ${error.message}`.slice(0, 500);
