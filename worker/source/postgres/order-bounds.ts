import { type Client, escapeIdentifier } from 'pg';
import type { SourceColumn } from '@/server/domain/table-schema.ts';
import type { KeyRange } from '@/server/domain/verification.ts';
import { sourceError } from '@/server/postgres/source-error.ts';

/**
 * Divides a range at those of the bounds that are inside it. The server orders its own keys, and refuses bounds that are no
 * values of the column; texts are only divided where the column has the C collation.
 */
export async function divideRange(
  client: Client,
  { key, bounds, range }: { key: SourceColumn; bounds: readonly string[]; range: KeyRange },
): Promise<KeyRange[]> {
  const of = (value: string) => `(${value})::${key.typeName}${key.type.kind === 'text' ? ' COLLATE "C"' : ''}`;
  try {
    const { rows } = await client.query<{ bound: string }>(
      `SELECT bound FROM unnest($1::text[]) AS bound
        WHERE ($2::text IS NULL OR ${of('bound')} > ${of('$2::text')}) AND ($3::text IS NULL OR ${of('bound')} < ${of('$3::text')})
        ORDER BY ${of('bound')}`,
      [bounds, range.lower, range.upper],
    );
    const edges = [range.lower, ...rows.map(({ bound }) => bound), range.upper];
    return edges.slice(1).map((upper, index) => ({ lower: edges[index] ?? null, upper }));
  } catch (error) {
    throw sourceError(error, `ordering keys by column ${escapeIdentifier(key.name)}`);
  }
}
