import type { Client } from 'pg';
import type { SourceColumn, TableSchema } from '@/server/domain/table-schema.ts';
import type { ToldColumn } from '@/server/domain/told-columns.ts';
import { discoverTable } from '@/server/postgres/discover.ts';
import { resolveTypes } from '@/server/postgres/value-types.ts';
import type { Relation } from './pgoutput.ts';
import { toldAttnums } from './told-columns.ts';

/**
 * The schema of a table as the stream announced it. The announcement decides which columns there are; the catalog adds
 * what it lacks (attnum, base types, key order). The catalog shows the present and the stream the past, so when they
 * differ, columns are aligned in order: attnums only grow, and dropped ones stay behind as gaps. `unsure` names the columns
 * that neither knows under the attnum that they were given. What the source itself `told` of this moment is exact.
 */
export async function resolveRelation(
  client: Client,
  options: { relation: Relation; previous: TableSchema | undefined; told?: readonly ToldColumn[] | null },
): Promise<{ schema: TableSchema; unsure: string[] }> {
  const { relation, previous, told = null } = options;
  const discovered = (await discoverTable(client, relation.oid))?.schema;
  const exact = told && toldAttnums(relation.columns, told);
  const isPresent = exact === null || exact.every((attnum, index) => attnum === discovered?.columns[index]?.attnum);
  if (discovered && isPresent && isSame(relation, discovered)) return { schema: discovered, unsure: [] };
  const types = await resolveTypes(client, relation.columns);
  const attnums =
    exact ??
    alignColumns(
      relation.columns,
      await attributeSlots(client, relation.oid),
      previous?.columns ?? [],
      previous?.hidden,
    );
  const byAttnum = new Map((discovered ?? previous)?.columns.map((column) => [column.attnum, column]));
  let keyPlace = 0;
  const columns = relation.columns.map((column, index): SourceColumn => {
    const attnum = attnums[index] ?? index + 1;
    const known = byAttnum.get(attnum);
    const isKey = relation.replicaIdentity === 'f' ? (known?.keyOrdinal ?? null) !== null : column.isKey;
    return {
      attnum,
      name: column.name,
      typeName: types[index]?.typeName ?? `type ${column.typeOid}`,
      typeOid: column.typeOid,
      typmod: column.typmod,
      type: types[index]?.type ?? { kind: 'text' },
      notNull: known?.notNull ?? false,
      keyOrdinal: isKey ? (known?.keyOrdinal ?? keyPlace++) : null,
      ...(known?.filled ? { filled: true } : {}),
    };
  });
  const { oid, schema, table, replicaIdentity } = relation;
  const isSure = ({ attnum, name }: SourceColumn) =>
    [discovered, previous].some((known) => known?.columns.some((one) => one.attnum === attnum && one.name === name));
  return {
    schema: { oid, schema, table, replicaIdentity, columns: withDenseKey(columns) },
    unsure: exact ? [] : columns.filter((column) => !isSure(column)).map(({ name }) => name),
  };
}

/** An attribute of the table in the catalog. A dropped one has lost its name and type, but keeps its number. */
export type AttributeSlot = {
  readonly attnum: number;
  readonly name: string | null;
  readonly typeOid: number;
  readonly typmod: number;
};

/** More than all that can be gained by names: what cannot have been. */
const IMPOSSIBLE = 1_000;

/**
 * Assigns an attnum to every announced column, in ascending order, so that as much as possible matches: name and type
 * before type alone (a rename), before a slot that was dropped, maybe since. `previous` is what the stream announced before:
 * it remembers the names of dropped columns; without it a dropped slot is the better guess. `hidden` were announced, too, under
 * names that nobody kept. Attnums only grow, so that two things cannot have been: a column that still stands and is older than an
 * announced one was announced as well; and one that was gone before, by `previous`, was not.
 */
export function alignColumns(
  announced: Relation['columns'],
  slots: readonly AttributeSlot[],
  previous: readonly SourceColumn[],
  hidden: readonly number[] = [],
): number[] {
  if (slots.length < announced.length) return announced.map((_, index) => previous[index]?.attnum ?? index + 1);
  const width = slots.length + 1;
  const best = new Float64Array((announced.length + 1) * width).fill(Number.NEGATIVE_INFINITY);
  const before = new Map<number, string | null>([
    ...hidden.map((attnum) => [attnum, null] as const),
    ...previous.map((column) => [column.attnum, column.name] as const),
  ]);
  const passedOver = (i: number, j: number) =>
    (best[i * width + j - 1] as number) - (i < announced.length && slots[j - 1]?.name !== null ? IMPOSSIBLE : 0);
  best[0] = 0;
  for (let j = 1; j < width; j++) best[j] = passedOver(0, j);
  for (let i = 1; i <= announced.length; i++)
    for (let j = i; j < width; j++) {
      const taken = (best[(i - 1) * width + j - 1] as number) + score(announced[i - 1], slots[j - 1], before);
      best[i * width + j] = Math.max(passedOver(i, j), taken);
    }
  const attnums: number[] = [];
  for (let i = announced.length, j = slots.length; i > 0; j--) {
    if (j > i && best[i * width + j] === passedOver(i, j)) continue;
    attnums[i - 1] = slots[j - 1]?.attnum ?? i;
    i--;
  }
  return attnums;
}

function score(
  column: Relation['columns'][number] | undefined,
  slot: AttributeSlot | undefined,
  before: ReadonlyMap<number, string | null>,
): number {
  if (!column || !slot) return 0;
  const remembered = before.get(slot.attnum) === column.name ? 8 : 0;
  const newest = Math.max(0, ...before.keys());
  if (slot.name === null && slot.attnum < newest && !before.has(slot.attnum)) return -IMPOSSIBLE;
  if (slot.name === null) return remembered + (before.size === 0 ? 2 : 1);
  const sameType = slot.typeOid === column.typeOid && slot.typmod === column.typmod;
  if (slot.name === column.name) return remembered + (sameType ? 8 : 6);
  return remembered + (sameType ? (before.size === 0 ? 1 : 2) : 0);
}

async function attributeSlots(client: Client, oid: number): Promise<AttributeSlot[]> {
  const { rows } = await client.query<{ attnum: number; name: string | null; typeOid: number; typmod: number }>(
    `SELECT attnum, CASE WHEN NOT attisdropped THEN attname END AS name, atttypid AS "typeOid", atttypmod AS typmod
       FROM pg_attribute WHERE attrelid = $1 AND attnum > 0 AND attgenerated = '' ORDER BY attnum`,
    [oid],
  );
  return rows;
}

function isSame(relation: Relation, schema: TableSchema): boolean {
  return (
    relation.schema === schema.schema &&
    relation.table === schema.table &&
    relation.replicaIdentity === schema.replicaIdentity &&
    relation.columns.length === schema.columns.length &&
    relation.columns.every((column, index) => {
      const other = schema.columns[index];
      return (
        column.name === other?.name &&
        column.typeOid === other.typeOid &&
        column.typmod === other.typmod &&
        (relation.replicaIdentity === 'f' || column.isKey === (other.keyOrdinal !== null))
      );
    })
  );
}

/** Ordinals from two sources may collide or leave gaps; the order they give is what counts. */
function withDenseKey(columns: readonly SourceColumn[]): SourceColumn[] {
  const ordered = columns
    .filter((column) => column.keyOrdinal !== null)
    .sort((a, b) => (a.keyOrdinal ?? 0) - (b.keyOrdinal ?? 0) || a.attnum - b.attnum);
  return columns.map((column) =>
    column.keyOrdinal === null ? column : { ...column, keyOrdinal: ordered.indexOf(column) },
  );
}
