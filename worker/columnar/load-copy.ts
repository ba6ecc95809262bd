import { rm } from 'node:fs/promises';
import type { LakeTable } from '@/server/domain/lake-table.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import type { ColumnarSession } from './columnar-session.ts';
import { copyParts } from './copy-chunk.ts';
import { lakeSqlType } from './lake-sql-type.ts';
import { stageRows } from './stage-rows.ts';

/**
 * Loads what COPY sends as the lake's types, exactly as a table copy would write it. Returns a session table of `bad`,
 * `nulled` and `c0`, `c1` ...; lines that cannot be read at all are not in it.
 */
export async function loadCopy(
  session: ColumnarSession,
  { lake, schema, bytes }: { lake: LakeTable; schema: TableSchema; bytes: AsyncIterable<Buffer> },
): Promise<string> {
  const table = session.newName('source');
  await session.run(
    `CREATE TEMP TABLE ${table} (bad SMALLINT[], nulled SMALLINT[]${lake.columns
      .map(({ type }, i) => `, c${i} ${lakeSqlType(type)}`)
      .join('')})`,
  );
  for await (const part of copyParts(session, { lake, schema, bytes, straight: false })) {
    const rejects = session.newName('rejects');
    await stageRows(session, {
      lake,
      schema,
      paths: [part.path],
      format: part.format,
      careful: part.careful,
      rejects,
      table,
      large: part.apart?.large ?? null,
      hasOmitted: part.apart?.hasOmitted ?? false,
    });
    await rm(part.path);
    for (const { path } of part.apart?.large.values() ?? []) await rm(path);
    if (part.apart?.whole) await rm(part.apart.whole);
  }
  return table;
}
