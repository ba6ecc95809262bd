import { rm } from 'node:fs/promises';
import type { LakeTable } from '@/server/domain/lake-table.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import type { ColumnarSession } from './columnar-session.ts';
import { comparedColumns, comparedValues } from './compared-values.ts';
import { copyParts } from './copy-chunk.ts';
import type { CopyPart } from './copy-part.ts';
import { lakeSqlType } from './lake-sql-type.ts';
import { stageRows } from './stage-rows.ts';

/** Text that is in memory with its values. */
const PART_BYTES_MAX = 64_000_000;

type Options = { readonly lake: LakeTable; readonly schema: TableSchema };

/**
 * Loads what COPY sends as the lake's types, exactly as a table copy would write it, to be compared. Returns a session table
 * of `bad`, `nulled` and `c0`, `c1` ... (see compared-values.ts); lines that cannot be read at all are not in it.
 */
export async function loadCopy(
  session: ColumnarSession,
  { lake, schema, bytes }: Options & { bytes: AsyncIterable<Buffer> },
): Promise<string> {
  const table = session.newName('source');
  await session.run(
    `CREATE TEMP TABLE ${table} (bad SMALLINT[], nulled SMALLINT[], ${comparedColumns(lake).join(', ')})`,
  );
  for await (const part of copyParts(session, { lake, schema, bytes, straight: false, partBytesMax: PART_BYTES_MAX })) {
    const load = () => loadPart(session, { lake, schema, part, table });
    await (part.apart ? session.alone(load) : load());
    await rm(part.path);
    for (const { path } of part.apart?.large.values() ?? []) await rm(path);
    if (part.apart?.whole) await rm(part.apart.whole);
  }
  return table;
}

async function loadPart(
  session: ColumnarSession,
  { lake, schema, part, table }: Options & { part: CopyPart; table: string },
): Promise<void> {
  const whole = session.newName('part');
  const columns = lake.columns.map(({ type }, i) => `, c${i} ${lakeSqlType(type)}`);
  await session.run(`CREATE TEMP TABLE ${whole} (bad SMALLINT[], nulled SMALLINT[]${columns.join('')})`);
  await stageRows(session, {
    lake,
    schema,
    paths: [part.path],
    format: part.format,
    careful: part.careful,
    rejects: session.newName('rejects'),
    table: whole,
    large: part.apart?.large ?? null,
    hasOmitted: part.apart?.hasOmitted ?? false,
  });
  await session.run(`INSERT INTO ${table} SELECT bad, nulled, ${comparedValues(lake).join(', ')} FROM ${whole}`);
  await session.run(`DROP TABLE ${whole}`);
}
