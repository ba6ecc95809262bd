import { eq, type SQL, sql } from 'drizzle-orm';
import { lakeCommit } from '@/db/schema/buffer.ts';
import { pipelineTable } from '@/db/schema/definitions.ts';
import { verification, verificationRange } from '@/db/schema/verification.ts';
import { EXCUSES } from '@/server/domain/verification.ts';
import { ERROR_CODES } from '@/server/errors/codes.ts';
import { VerificationView } from './verification-view.ts';

const sumOf = (column: SQL | object) => sql<string>`(select coalesce(sum(${column}), 0) from ${verificationRange}
  where ${verificationRange.verificationId} = ${verification.id})::bigint::text`;
const countOf = (state: string) => sql<string>`(select count(*) from ${verificationRange}
  where ${verificationRange.verificationId} = ${verification.id} and ${verificationRange.state} = ${state})::text`;
const excusedRows = (excuse: string) => sumOf(sql`(${verificationRange.excused}->>${sql.raw(`'${excuse}'`)})::bigint`);

/**
 * When the ranges that differed were read again and put in place: the first copy of the mirror that was committed after it was
 * asked for, since one is let begin at a time. One that found the lake and the source empty there has nothing to commit.
 */
const repairedAt = sql<string | null>`coalesce(
  (select min(${lakeCommit.committedAt}) from ${lakeCommit}
    where ${lakeCommit.pipelineTableId} = ${verification.pipelineTableId} and ${lakeCommit.mode} = 'mirror'
      and ${lakeCommit.kind} = 'copy' and ${lakeCommit.committedAt} > ${verification.repairRequestedAt}),
  case when ${pipelineTable.isJoined} and ${pipelineTable.copyScope} is null
        and ${pipelineTable.copyEndedAt} > ${verification.repairRequestedAt} then ${pipelineTable.copyEndedAt} end)::text`;

/** Columns of a query on verifications joined with their tables. */
export const verificationColumns = {
  id: verification.id,
  pipelineId: pipelineTable.pipelineId,
  tableId: verification.pipelineTableId,
  source: sql<string>`${pipelineTable.sourceSchema} || '.' || ${pipelineTable.sourceTable}`,
  state: verification.state,
  from: verification.lower,
  to: verification.upper,
  keyColumn: verification.keyColumn,
  leftOut: verification.leftOut,
  rowsEstimate: sql<string>`${verification.rowsEstimate}::text`,
  all: sql<string>`(select count(*) from ${verificationRange} where ${verificationRange.verificationId} = ${verification.id})::text`,
  equal: countOf('equal'),
  differing: countOf('different'),
  undecided: countOf('undecided'),
  sourceRows: sumOf(verificationRange.sourceRows),
  lakeRows: sumOf(verificationRange.lakeRows),
  missing: sumOf(verificationRange.missing),
  extra: sumOf(verificationRange.extra),
  different: sumOf(verificationRange.different),
  dead_letter: excusedRows('dead_letter'),
  null_policy: excusedRows('null_policy'),
  soft_deleted: excusedRows('soft_deleted'),
  deletes_ignored: excusedRows('deletes_ignored'),
  requestedBy: verification.requestedBy,
  createdAt: verification.createdAt,
  beganAt: verification.beganAt,
  endedAt: verification.endedAt,
  repairRequestedAt: verification.repairRequestedAt,
  repairedAt,
  errorCode: verification.errorCode,
  errorMessage: verification.errorMessage,
};

export const ofTable = eq(pipelineTable.id, verification.pipelineTableId);

type Row = { [Name in keyof typeof verificationColumns]: unknown };

/** A row of such a query as people see it. */
export function verificationView(row: Row): VerificationView {
  const { all, equal, differing, undecided, errorCode, errorMessage, ...rest } = row;
  const excused = EXCUSES.flatMap((excuse) => (Number(row[excuse]) > 0 ? [[excuse, Number(row[excuse])]] : []));
  return VerificationView.parse({
    ...rest,
    ranges: {
      all: Number(all),
      equal: Number(equal),
      different: Number(differing),
      undecided: Number(undecided),
    },
    rowsEstimate: Number(row.rowsEstimate),
    sourceRows: Number(row.sourceRows),
    lakeRows: Number(row.lakeRows),
    missing: Number(row.missing),
    extra: Number(row.extra),
    different: Number(row.different),
    excused: Object.fromEntries(excused),
    createdAt: isoTime(row.createdAt),
    beganAt: isoTime(row.beganAt),
    endedAt: isoTime(row.endedAt),
    repairRequestedAt: isoTime(row.repairRequestedAt),
    repairedAt: isoTime(row.repairedAt),
    error:
      errorCode === null
        ? null
        : { code: errorCode, message: errorMessage ?? '', remedy: REMEDIES[String(errorCode)]?.remedy ?? '' },
  });
}

const REMEDIES: Readonly<Record<string, { readonly remedy: string }>> = ERROR_CODES;

export const isoTime = (at: unknown): string | null => (typeof at === 'string' ? new Date(at).toISOString() : null);
