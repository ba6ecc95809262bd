import { createHash } from 'node:crypto';
import { type Mask, maskText } from './column-rules.ts';
import type { ValueType } from './value-type.ts';

/** A column as the source declares it and as pgoutput sends it, in attnum order. */
export type SourceColumn = {
  /** `pg_attribute.attnum`: survives a rename, so it identifies the column. */
  readonly attnum: number;
  readonly name: string;
  /** `format_type()` output, for people: `numeric(12,2)`, `character varying(40)`, `my_enum`. */
  readonly typeName: string;
  readonly typeOid: number;
  readonly typmod: number;
  readonly type: ValueType;
  readonly notNull: boolean;
  /** 0-based place in the replica identity key (primary key by default), or null. */
  readonly keyOrdinal: number | null;
  /** It has a default, or had one when it was added: rows that were there then may have a value in it. Says nothing of the version. */
  readonly filled?: true;
  /** Its values are shown masked; `type` is text then, while the other fields say what the source declares. */
  readonly mask?: Mask;
};

/** One version of a table's columns. Generated columns that pgoutput does not send are left out. */
export type TableSchema = {
  readonly oid: number;
  readonly schema: string;
  readonly table: string;
  /** d(efault), f(ull), i(ndex), n(othing): `pg_class.relreplident`. */
  readonly replicaIdentity: 'd' | 'f' | 'i' | 'n';
  readonly columns: readonly SourceColumn[];
  /** attnums of columns that the table's rules leave out; absent where it has no rules. */
  readonly hidden?: readonly number[];
  /** Why rows of these columns must not be carried. */
  readonly unfit?: string;
};

/** The key's columns in key order; empty for a keyless table. */
export const keyColumns = (schema: Pick<TableSchema, 'columns'>): SourceColumn[] =>
  schema.columns
    .filter((column) => column.keyOrdinal !== null)
    .sort((a, b) => (a.keyOrdinal ?? 0) - (b.keyOrdinal ?? 0));

/** A stable name for one version of a table's columns: equal schemas have equal hashes, across processes. */
export const schemaHash = (schema: TableSchema): string =>
  createHash('sha256')
    .update(JSON.stringify(canonical(schema)))
    .digest('base64url')
    .slice(0, 22);

const canonical = (schema: TableSchema) => [
  schema.oid,
  schema.schema,
  schema.table,
  schema.replicaIdentity,
  schema.columns.map((c) => [
    c.attnum,
    c.name,
    c.typeName,
    c.typeOid,
    c.typmod,
    typeKey(c.type),
    c.notNull,
    c.keyOrdinal,
    ...(c.mask === undefined ? [] : [maskText(c.mask)]),
  ]),
  // Tables without rules keep the names that their versions have always had.
  ...(schema.hidden === undefined ? [] : [schema.hidden, schema.unfit ?? null]),
];

const typeKey = (type: ValueType): string => {
  switch (type.kind) {
    case 'array':
      return `${typeKey(type.element)}[]`;
    case 'numeric':
      return `numeric(${type.precision},${type.scale})`;
    default:
      return type.kind;
  }
};
