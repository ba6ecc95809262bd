import { describe, expect, it } from 'vitest';
import { applyUpdates } from '@/server/domain/iceberg/apply-updates.ts';
import type { TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import { currentSchema } from '@/server/domain/iceberg/metadata.ts';
import { newTableMetadata } from '@/server/domain/iceberg/new-table.ts';
import { lakeColumnNames } from '@/server/domain/lake-column-names.ts';
import type { SourceColumn, TableSchema } from '@/server/domain/table-schema.ts';
import type { ValuePolicy, ValueType } from '@/server/domain/value-type.ts';
import { evolveSchema } from './evolve-schema.ts';
import { icebergType } from './iceberg-type.ts';
import { attnumOf, lakeSchema, lakeTable } from './lake-schema.ts';

type Spec = [attnum: number, name: string, type: ValueType['kind'] | ValueType, keyOrdinal?: number];

const column = ([attnum, name, type, keyOrdinal]: Spec): SourceColumn => ({
  attnum,
  name,
  typeName: typeof type === 'string' ? type : type.kind,
  typeOid: 0,
  typmod: -1,
  type: (typeof type === 'string' ? { kind: type } : type) as ValueType,
  notNull: keyOrdinal !== undefined,
  keyOrdinal: keyOrdinal ?? null,
});

const source = (...columns: Spec[]): TableSchema => ({
  oid: 1,
  schema: 'public',
  table: 'orders',
  replicaIdentity: 'd',
  columns: columns.map(column),
});

const NONE: ReadonlyMap<number, ValuePolicy> = new Map();
const tags = { kind: 'array', element: { kind: 'text' } } as const;

function created(schema: TableSchema, mode: 'mirror' | 'changelog' = 'mirror'): TableMetadata {
  return newTableMetadata({
    uuid: 'f79c3e09-677c-4bbd-a479-3f349cb785e7',
    location: 'file:///lake/orders',
    schema: lakeSchema({ schema, policies: NONE, mode }),
    properties: {},
    nowMs: 1n,
  });
}

describe('lakeSchema', () => {
  it('numbers outer columns first, as catalogs do, and makes the key required', () => {
    const schema = source([1, 'tags', tags], [2, 'region', 'text', 1], [4, 'id', 'int8', 0]);
    const lake = lakeSchema({ schema, policies: NONE, mode: 'mirror' });
    expect(lake['identifier-field-ids']).toEqual([3, 2]);
    expect(lake.fields).toEqual([
      {
        id: 1,
        name: 'tags',
        required: false,
        type: { type: 'list', 'element-id': 4, element: 'string', 'element-required': false },
        doc: 'pg:attnum=1 array',
      },
      { id: 2, name: 'region', required: true, type: 'string', doc: 'pg:attnum=2 text' },
      { id: 3, name: 'id', required: true, type: 'long', doc: 'pg:attnum=4 int8' },
    ]);
    expect(currentSchema(created(schema)).fields).toEqual(lake.fields);
  });

  it('puts the changelog columns in front and requires none of the source', () => {
    const lake = lakeSchema({ schema: source([1, 'id', 'int4', 0]), policies: NONE, mode: 'changelog' });
    expect(lake.fields.map(({ id, name, required }) => [id, name, required])).toEqual([
      [1, '_philotes_op', true],
      [2, '_philotes_epoch', true],
      [3, '_philotes_commit_lsn', true],
      [4, '_philotes_ordinal', true],
      [5, '_philotes_commit_time', false],
      [6, '_philotes_unchanged', false],
      [7, 'id', false],
    ]);
    expect(lake).not.toHaveProperty('identifier-field-ids');
  });

  it.each<[string, TableSchema, [number, ValuePolicy][]]>([
    ['without a key', source([1, 'a', 'int4']), []],
    ['with a floating key', source([1, 'a', 'float8', 0]), []],
    ['with an array key', source([1, 'a', tags, 0]), []],
    ['whose key may become null', source([1, 'a', 'date', 0]), [[1, 'null']]],
  ])('refuses a mirror %s', (_name, schema, policies) => {
    expect(() => lakeSchema({ schema, policies: new Map(policies), mode: 'mirror' })).toThrow(
      expect.objectContaining({ code: 'MIRROR_WITHOUT_KEY' }),
    );
  });
});

describe('icebergType', () => {
  it.each<[ValueType, string]>([
    [{ kind: 'int2' }, 'int'],
    [{ kind: 'oid' }, 'long'],
    [{ kind: 'float4' }, 'float'],
    [{ kind: 'bytea' }, 'binary'],
    [{ kind: 'timestamptz' }, 'timestamptz'],
    [{ kind: 'numeric', precision: 12, scale: 2 }, 'decimal(12, 2)'],
    [{ kind: 'numeric', precision: 2, scale: -3 }, 'decimal(5, 0)'],
    [{ kind: 'numeric', precision: 3, scale: 5 }, 'decimal(5, 5)'],
    [{ kind: 'numeric', precision: 39, scale: 0 }, 'string'],
  ])('takes %o to %s', (type, expected) => {
    expect(icebergType({ type, policy: 'dead-letter', newId: () => 9 })).toBe(expected);
    expect(icebergType({ type, policy: 'string', newId: () => 9 })).toBe('string');
  });
});

describe('lakeColumnNames', () => {
  it('keeps names apart that differ by case only, and off the reserved ones', () => {
    const schema = source(
      [1, 'id', 'int4'],
      [2, 'ID', 'int4'],
      [3, 'ID_2', 'int4'],
      [4, '_pos', 'int4'],
      [5, '_philotes_op', 'text'],
    );
    expect([...lakeColumnNames(schema.columns).values()]).toEqual(['id', 'ID_3', 'ID_2', '_pos_2', 'x_philotes_op']);
  });
});

describe('lakeTable', () => {
  it('finds columns by attnum after a rename and leaves dropped ones without a source', () => {
    const lake = currentSchema(created(source([1, 'id', 'int8', 0], [2, 'old', 'text'], [3, 'gone', tags])));
    const table = lakeTable({ lake, schema: source([1, 'id', 'int4', 0], [2, 'new', 'text']), policies: NONE });
    expect(table.keyFieldIds).toEqual([1]);
    expect(table.columns.map(({ name, attnum, policy }) => [name, attnum, policy])).toEqual([
      ['id', 1, 'dead-letter'],
      ['old', 2, 'dead-letter'],
      ['gone', null, 'dead-letter'],
    ]);
    expect(table.columns[2]?.elementFieldId).toBe(4);
  });

  it('finds columns by name where the doc is gone, and says which are kept as text', () => {
    const lake = currentSchema(created(source([1, 'id', 'int8', 0], [2, 'at', 'text'])));
    const bare = { ...lake, fields: lake.fields.map(({ doc: _doc, ...field }) => field) };
    const table = lakeTable({
      lake: bare,
      schema: source([1, 'id', 'int8', 0], [2, 'at', 'timestamp']),
      policies: NONE,
    });
    expect(table.columns.map(({ attnum, policy }) => [attnum, policy])).toEqual([
      [1, 'dead-letter'],
      [2, 'string'],
    ]);
  });

  it('refuses a column that cannot hold its source', () => {
    const lake = currentSchema(created(source([1, 'id', 'int4', 0])));
    expect(() => lakeTable({ lake, schema: source([1, 'id', 'int8', 0]), policies: NONE })).toThrow(
      /int cannot hold int8/,
    );
  });
});

describe('evolveSchema', () => {
  const evolve = (metadata: TableMetadata, schema: TableSchema) => {
    const updates = evolveSchema({ metadata, schema, policies: NONE });
    return applyUpdates({ base: { metadata, location: 'file:///lake/m.json' }, updates, nowMs: 2n });
  };

  it('adds, renames and widens; keeps what the source dropped; and then has nothing to do', () => {
    const before = created(source([1, 'id', 'int4', 0], [2, 'a', 'float4'], [3, 'gone', 'text']));
    const schema = source([1, 'id', 'int8', 0], [2, 'b', 'float8'], [4, 'gone', 'date'], [5, 'list', tags]);
    const after = evolve(before, schema);
    expect(
      currentSchema(after).fields.map(({ id, name, type }) => [id, name, typeof type === 'string' ? type : type.type]),
    ).toEqual([
      [1, 'id', 'long'],
      [2, 'b', 'double'],
      [3, 'gone_dropped', 'string'],
      [4, 'gone', 'date'],
      [5, 'list', 'list'],
    ]);
    expect(after['last-column-id']).toBe(6);
    expect(currentSchema(after)['identifier-field-ids']).toEqual([1]);
    expect(evolveSchema({ metadata: after, schema, policies: NONE })).toEqual([]);
    expect(
      lakeTable({ lake: currentSchema(after), schema, policies: NONE }).columns.map(({ attnum }) => attnum),
    ).toEqual([1, 2, null, 4, 5]);
  });

  it('lets one column after the other go under the same name, and the last have it', () => {
    const id = [1, 'id', 'int4', 0] as const;
    let metadata = created(source([...id], [2, 'x', 'int4']));
    for (const attnum of [3, 4]) metadata = evolve(metadata, source([...id], [attnum, 'x', 'int4']));
    expect(currentSchema(metadata).fields.map((field) => [field.name, attnumOf(field)])).toEqual([
      ['id', 1],
      ['x_dropped', 2],
      ['x_dropped_2', 3],
      ['x', 4],
    ]);
    const renamed = evolve(metadata, source([...id], [4, 'y', 'int4']));
    expect(currentSchema(renamed).fields.map(({ name }) => name)).toEqual(['id', 'x_dropped', 'x_dropped_2', 'y']);
  });

  it('refuses what Iceberg cannot promote', () => {
    const before = created(source([1, 'id', 'int4', 0], [2, 'a', 'int4']));
    expect(() => evolve(before, source([1, 'id', 'int4', 0], [2, 'a', 'text']))).toThrow(
      expect.objectContaining({ code: 'LAKE_SCHEMA_IMPOSSIBLE' }),
    );
  });

  describe('when a copy begins', () => {
    const before = source([1, 'id', 'int4', 0], [2, 'price', 'float8'], [3, 'note', 'int4']);
    const after = source([1, 'id', 'int4', 0], [2, 'price', 'text'], [3, 'note', 'int4']);
    const step = (metadata: TableMetadata, options: Partial<Parameters<typeof evolveSchema>[0]>) => {
      const updates = evolveSchema({ metadata, schema: after, policies: NONE, ...options });
      return applyUpdates({ base: { metadata, location: 'file:///lake/m.json' }, updates, nowMs: 2n });
    };
    const shown = (metadata: TableMetadata) =>
      currentSchema(metadata).fields.map(({ id, name, type }) => `${id} ${name} ${type}`);

    it('leaves a column that cannot follow to readers, until the copied rows are shown', () => {
      const begun = step(created(before), { isAnew: true });
      expect(shown(begun)).toEqual(['1 id int', '2 price double', '3 note int', '4 price_2 string']);
      expect(evolveSchema({ metadata: begun, schema: after, policies: NONE, isAnew: true })).toEqual([]);
      const { columns } = lakeTable({ lake: currentSchema(begun), schema: after, policies: NONE });
      expect(columns.map(({ name, attnum }) => [name, attnum])).toEqual([
        ['id', 1],
        ['price', null],
        ['note', 3],
        ['price_2', 2],
      ]);
      const joined = step(begun, {});
      expect(shown(joined)).toEqual(['1 id int', '3 note int', '4 price string']);
      expect(evolveSchema({ metadata: joined, schema: after, policies: NONE })).toEqual([]);
    });

    it('keeps what it replaced in a changelog, whose rows are never copied again', () => {
      const begun = step(created(before), { isAnew: true, keepsReplaced: true });
      const joined = step(begun, { keepsReplaced: true });
      expect(shown(joined)).toEqual(['1 id int', '2 price_dropped double', '3 note int', '4 price string']);
      expect(shown(step(joined, { isAnew: true, keepsReplaced: true }))).toEqual(shown(joined));
      expect(evolveSchema({ metadata: joined, schema: after, policies: NONE, keepsReplaced: true })).toEqual([]);
    });

    it('makes a column text by its policy, but leaves a held type alone', () => {
      const policies = new Map<number, ValuePolicy>([[3, 'string']]);
      const held = { 2: { type: true } } as const;
      const joined = step(step(created(before), { isAnew: true, policies, held }), { policies, held });
      expect(shown(joined)).toEqual(['1 id int', '2 price double', '4 note string']);
    });

    it('takes the identifier from a mirror whose key column it replaces', () => {
      const schema = source([1, 'id', 'uuid', 0], [2, 'price', 'float8'], [3, 'note', 'int4']);
      const joined = step(step(created(before), { isAnew: true, schema }), { schema });
      expect(shown(joined)).toEqual(['2 price double', '3 note int', '4 id uuid']);
      expect(currentSchema(joined)).not.toHaveProperty('identifier-field-ids');
      expect(lakeTable({ lake: currentSchema(joined), schema, policies: NONE }).keyFieldIds).toEqual([4]);
    });
  });

  it('leaves a changelog its own columns', () => {
    const before = created(source([1, 'id', 'int4', 0]), 'changelog');
    const after = evolve(before, source([1, 'id', 'int4', 0], [2, 'b', 'text']));
    expect(
      currentSchema(after)
        .fields.map(({ name }) => name)
        .slice(5),
    ).toEqual(['_philotes_unchanged', 'id', 'b']);
  });
});

describe('held columns', () => {
  const before = source([1, 'id', 'int4', 0], [2, 'note', 'text'], [3, 'amount', 'int4']);
  const after = source(
    [1, 'id', 'int4', 0],
    [2, 'remark', 'text'],
    [3, 'amount', 'text'],
    [4, 'note', 'text'],
    [5, 'x', 'text'],
  );
  const held = { 2: { name: true }, 3: { type: true }, 5: { leftOut: true } } as const;

  it('keep name and type, stay out, and leave their name to nobody else', () => {
    const metadata = created(before);
    const updates = evolveSchema({ metadata, schema: after, policies: NONE, held });
    const evolved = currentSchema(
      applyUpdates({ base: { metadata, location: 'file:///lake/m.json' }, updates, nowMs: 2n }),
    );
    expect(evolved.fields.map(({ name, type }) => [name, type])).toEqual([
      ['id', 'int'],
      ['note', 'string'],
      ['amount', 'int'],
      ['note_2', 'string'],
    ]);
    const { columns } = lakeTable({ lake: evolved, schema: after, policies: NONE, held });
    expect(columns.map(({ attnum }) => attnum)).toEqual([1, 2, 3, 4]);
    expect(() => lakeTable({ lake: evolved, schema: after, policies: NONE })).toThrow('cannot hold');
  });

  it('that are needed as keys are missed', () => {
    const keyed = source([1, 'id', 'int4', 0], [2, 'remark', 'text'], [3, 'amount', 'int4'], [5, 'x', 'text', 1]);
    const lake = currentSchema(created(before));
    expect(() => lakeTable({ lake, schema: keyed, policies: NONE, held })).toThrow('key column x');
  });
});
