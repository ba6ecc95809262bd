import type { Client } from 'pg';
import * as z from 'zod';
import { COLUMNS_TRIGGER } from '@/server/domain/column-messages.ts';
import type { ToldColumn, ToldColumns } from '@/server/domain/told-columns.ts';
import type { Relation } from './pgoutput.ts';

const told = z.object({
  oid: z.number().int().positive(),
  columns: z.array(z.tuple([z.number().int().positive(), z.string(), z.number().int(), z.number().int()])),
});

/** Null for what only bears the same name: anybody may emit messages. */
export function readToldColumns(content: Buffer): ToldColumns | null {
  try {
    const { oid, columns } = told.parse(JSON.parse(content.toString('utf8')));
    return { oid, columns: columns.map(([attnum, name, typeOid, typmod]) => ({ attnum, name, typeOid, typmod })) };
  } catch {
    return null;
  }
}

/**
 * The attnums of announced columns; null unless each of them was told of under its name and type. What was told is then of
 * another time: the trigger was switched off in between.
 */
export function toldAttnums(announced: Relation['columns'], columns: readonly ToldColumn[]): number[] | null {
  const byName = new Map(columns.map((column) => [column.name, column]));
  const attnums = announced.flatMap(({ name, typeOid, typmod }) => {
    const column = byName.get(name);
    return column?.typeOid === typeOid && column.typmod === typmod ? [column.attnum] : [];
  });
  return attnums.length === announced.length ? attnums : null;
}

/** Whether the source tells of columns: the trigger is there and fires, and the server sends messages (14 and later). */
export async function tellsColumns(client: Client): Promise<boolean> {
  const { rows } = await client.query(
    `SELECT FROM pg_event_trigger
      WHERE evtname = $1 AND evtenabled IN ('O', 'A') AND current_setting('server_version_num')::int >= 140000`,
    [COLUMNS_TRIGGER],
  );
  return rows.length > 0;
}
