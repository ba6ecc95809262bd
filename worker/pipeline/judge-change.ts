import { type HeldColumns, heldOf, hold } from '@/server/domain/held-columns.ts';
import type { Schema } from '@/server/domain/iceberg/schema.ts';
import { lakeColumnNames } from '@/server/domain/lake-column-names.ts';
import type { SchemaChange } from '@/server/domain/schema-change.ts';
import {
  choiceFor,
  type DecidedKind,
  isDecidedKind,
  type SchemaAction,
  type SchemaPolicy,
} from '@/server/domain/schema-policy.ts';
import type { SourceColumn, TableSchema } from '@/server/domain/table-schema.ts';
import { canHold } from '@/worker/iceberg/iceberg-type.ts';
import { attnumOf, neededType, sourceOf } from '@/worker/iceberg/lake-schema.ts';

export type Judged = {
  readonly attnum: number | null;
  readonly action: SchemaAction;
  /** What an approval comes to; null unless it waits or is ignored. */
  readonly proposed: SchemaAction | null;
  /** With what is held from now on. */
  readonly held: HeldColumns | null;
};

type Options = {
  readonly before: TableSchema;
  readonly after: TableSchema;
  /** The lake tables' columns as they are; null when they cannot be read. */
  readonly lakes: readonly Schema[] | null;
  /** The columns of the table's last copy: what they lack is in no row of the lake. */
  readonly copied: TableSchema | null;
  readonly held: HeldColumns | null;
  /** The table's, then the pipeline's. None while the table is copied: a copy takes the columns as they are. */
  readonly policies: readonly SchemaPolicy[];
};

/**
 * What becomes of one change. Policies are asked only where the lake would have to change: a copy may have brought the
 * change already, and what is held stays held until a person approves it.
 */
export function judgeChange(change: SchemaChange, options: Options): Judged {
  const { before, after, lakes, copied, held, policies } = options;
  const { kind } = change;
  const side = kind === 'column-dropped' ? before : after;
  const column = side.columns.find(({ name }) => name === change.column);
  const settled = (action: SchemaAction): Judged => ({ attnum: column?.attnum ?? null, action, proposed: null, held });
  if (!isDecidedKind(kind) || !column) return settled('noted');
  const { attnum } = column;
  const known = heldOf(held, after.oid)[attnum] ?? {};
  if (known.leftOut) return settled('noted');
  const unseen: SchemaAction = kind === 'column-dropped' ? 'kept' : 'followed';
  const effects = lakes?.map((lake) => effectOn(lake, { kind, column, after, known })) ?? [unseen];
  const effect = (['unfit', 'followed', 'kept'] as const).find((one) => effects.includes(one)) ?? 'noted';
  const isCopied =
    kind === 'column-dropped' && copied?.oid === after.oid && !copied.columns.some((c) => c.attnum === attnum);
  if (effect === 'noted') return settled(kind === 'column-added' || kind === 'column-renamed' ? 'followed' : 'noted');
  if (isCopied) return settled(effect);
  const isHeld = (kind === 'column-renamed' && known.name) || (kind === 'column-retyped' && known.type);
  const choice = isHeld ? 'ignore' : choiceFor(kind, ...policies);
  if (choice === 'pause') return { attnum, action: 'waiting', proposed: effect, held };
  // A mirror's rows cannot be told apart without a column of their key.
  const isNewKey = kind === 'column-added' && column.keyOrdinal !== null;
  if (choice === 'apply' || isNewKey) return settled(effect);
  return { attnum, action: 'ignored', proposed: effect, held: hold(held, after.oid, { kind, attnum }) };
}

type Effect = { kind: DecidedKind; column: SourceColumn; after: TableSchema; known: { name?: true; type?: true } };

/** What the change would do to one lake table. */
function effectOn(lake: Schema, { kind, column, after, known }: Effect): SchemaAction {
  const field = lake.fields.find((one) => attnumOf(one) === column.attnum);
  if (kind === 'column-dropped') return 'kept';
  if (kind === 'column-added') return field ? 'noted' : 'followed';
  if (!field) return 'noted';
  if (kind === 'column-renamed') {
    const match = sourceOf(after);
    const orphaned = lake.fields.filter((one) => match(one) === null).map(({ name }) => name);
    const isSame = lakeColumnNames(after.columns, orphaned).get(column.attnum) === field.name;
    return isSame && !known.name ? 'noted' : 'followed';
  }
  const needed = neededType(column, field.type === 'string' ? 'string' : 'dead-letter');
  if (canHold(field.type, needed)) return 'noted';
  return canHold(needed, field.type) && needed !== 'string' ? 'followed' : 'unfit';
}
