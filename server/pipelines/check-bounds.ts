import { sql } from 'drizzle-orm';
import { hasSqlState } from '@/db/has-sql-state.ts';
import type { Transaction } from '@/server/audit/audited.ts';
import type { SourceColumn } from '@/server/domain/table-schema.ts';
import type { KeyRange } from '@/server/domain/verification.ts';
import { fieldError } from '@/server/errors/app-error.ts';

/** Types whose values any PostgreSQL reads and orders as the source does, with what they may be limited to. */
export const PLAIN_TYPE =
  /^(smallint|integer|bigint|oid|real|double precision|uuid|date|(numeric|decimal)(\(\d+,\d+\))?|timestamp(\(\d\))? with(out)? time zone)$/;
const INVALID_VALUE = '22';

/**
 * Throws INVALID_INPUT for a bound that is no value of the key's first column, and for a range that holds nothing. Only for
 * types that our own database knows; of others the source is the judge (refuse-unfit-part.ts).
 */
export async function checkBounds(tx: Transaction, key: SourceColumn, { lower, upper }: KeyRange): Promise<void> {
  if (!PLAIN_TYPE.test(key.typeName)) return;
  const of = (bound: string | null) => sql`${bound}::text::${sql.raw(key.typeName)}`;
  for (const [field, bound] of [
    ['from', lower],
    ['to', upper],
  ] as const) {
    if (bound === null) continue;
    // A savepoint: the refused value must not end the transaction around it.
    await tx
      .transaction((inner) => inner.execute(sql`select ${of(bound)}`))
      .catch((error: unknown) => {
        if (!hasSqlState(error, INVALID_VALUE)) throw error;
        throw fieldError('INVALID_INPUT', field, `is no value of the key column ${key.name}, which is ${key.typeName}`);
      });
  }
  if (lower === null || upper === null) return;
  const { rows } = await tx.execute<{ holds: boolean }>(sql`select ${of(lower)} < ${of(upper)} as holds`);
  if (rows[0]?.holds !== true) throw fieldError('INVALID_INPUT', 'to', 'must lie behind from: the range holds no key');
}
