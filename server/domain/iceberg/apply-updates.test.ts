import { describe, expect, test } from 'vitest';
import { applyUpdates } from './apply-updates.ts';
import { checkRequirements } from './check-requirements.ts';
import { CommitError } from './commit-error.ts';
import { currentSchema, type Snapshot, type TableMetadata } from './metadata.ts';
import { metadataToJson, parseMetadata, stringifyMetadata } from './metadata-json.ts';
import { newTableMetadata } from './new-table.ts';
import type { TableRequirement } from './requirements.ts';
import type { Field, Schema } from './schema.ts';
import type { TableUpdate } from './updates.ts';

const FIELDS: readonly Field[] = [
  { id: 7, name: 'id', required: true, type: 'long' },
  { id: 8, name: 'at', required: false, type: 'timestamptz' },
];
const SCHEMA: Schema = { type: 'struct', 'schema-id': 0, 'identifier-field-ids': [7], fields: FIELDS };
const create = (properties = {}): TableMetadata =>
  newTableMetadata({ uuid: 'u', location: 'file:///w/t/', schema: SCHEMA, properties, nowMs: 1000n });
const apply = (metadata: TableMetadata, ...updates: TableUpdate[]): TableMetadata =>
  applyUpdates({ base: { metadata, location: `${metadata.location}/metadata/0.json` }, updates, nowMs: 5000n });
const snapshot = (id: bigint, sequence: bigint, more: Partial<Snapshot> = {}): Snapshot => ({
  'snapshot-id': id,
  'sequence-number': sequence,
  'timestamp-ms': 2000n + sequence,
  'manifest-list': 'file:///w/t/list.avro',
  summary: { operation: 'append' },
  ...more,
});
const add = (...args: Parameters<typeof snapshot>): TableUpdate => ({
  action: 'add-snapshot',
  snapshot: snapshot(...args),
});
const main = (id: bigint): TableUpdate => ({
  action: 'set-snapshot-ref',
  'ref-name': 'main',
  type: 'branch',
  'snapshot-id': id,
});
const refusal = (run: () => unknown): [string, string] => {
  try {
    run();
  } catch (error) {
    if (error instanceof CommitError) return [error.kind, error.message];
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('a new table', () => {
  test('numbers its fields anew and drops reserved properties', () => {
    const metadata = create({ 'format-version': '3', uuid: 'x', a: 'b' });
    expect(currentSchema(metadata).fields.map(({ id }) => id)).toEqual([1, 2]);
    expect(currentSchema(metadata)['identifier-field-ids']).toEqual([1]);
    expect(metadata).toMatchObject({
      'format-version': 3,
      'next-row-id': 0n,
      location: 'file:///w/t',
      properties: { a: 'b', 'write.parquet.compression-codec': 'zstd' },
      'partition-specs': [{ 'spec-id': 0, fields: [] }],
      'sort-orders': [{ 'order-id': 0, fields: [] }],
      'last-partition-id': 999,
    });
    expect(Object.keys(metadata.properties)).not.toContain('format-version');
  });

  test.each([
    ['1', /Unsupported format version/],
    ['4', /Unsupported format version/],
    ['two', /Unsupported format version/],
  ])('of format version %s is refused', (version, message) => {
    expect(refusal(() => create({ 'format-version': version }))[1]).toMatch(message);
  });

  test.each<[string, Schema]>([
    ['Multiple entries', { ...SCHEMA, fields: [...FIELDS, { id: 7, name: 'x', required: false, type: 'int' }] }],
    [
      'multiple fields for name',
      { ...SCHEMA, fields: [...FIELDS, { id: 9, name: 'at', required: false, type: 'int' }] },
    ],
    [
      'not supported until v3',
      { ...SCHEMA, fields: [...FIELDS, { id: 9, name: 'n', required: false, type: 'timestamp_ns' }] },
    ],
    [
      'Cannot parse type',
      { ...SCHEMA, fields: [...FIELDS, { id: 9, name: 'n', required: false, type: 'decimal(39,2)' }] },
    ],
    ['not a required field', { ...SCHEMA, 'identifier-field-ids': [8] }],
    [
      'non-null default',
      { ...SCHEMA, fields: [...FIELDS, { id: 9, name: 'n', required: false, type: 'int', 'initial-default': 1 }] },
    ],
  ])('with an unsound schema is refused: %s', (message, schema) => {
    const run = () => newTableMetadata({ uuid: 'u', location: 'file:///w', schema, properties: {}, nowMs: 1n });
    expect(refusal(run)[1]).toContain(message);
  });
});

describe('snapshots', () => {
  test('become current through main, with their time in the log and the file before in the metadata log', () => {
    const metadata = apply(create(), add(1n, 1n), main(1n));
    expect(metadata).toMatchObject({
      'current-snapshot-id': 1n,
      'last-sequence-number': 1n,
      'last-updated-ms': 2001n,
      'snapshot-log': [{ 'snapshot-id': 1n, 'timestamp-ms': 2001n }],
      'metadata-log': [{ 'metadata-file': 'file:///w/t/metadata/0.json', 'timestamp-ms': 1000n }],
    });
  });

  test('that are stale are a conflict, and a known id is an error', () => {
    const metadata = apply(create(), add(1n, 1n), main(1n));
    expect(refusal(() => apply(metadata, add(2n, 1n, { 'parent-snapshot-id': 1n })))[0]).toBe('conflict');
    expect(refusal(() => apply(metadata, add(1n, 2n)))).toEqual(['invalid', 'Snapshot already exists for id: 1']);
    expect(refusal(() => apply(metadata, main(9n)))).toEqual(['invalid', 'Cannot set main to unknown snapshot: 9']);
  });

  test('that were current only within one request leave no trace in the log', () => {
    const metadata = apply(create(), add(1n, 1n), main(1n), add(2n, 2n, { 'parent-snapshot-id': 1n }), main(2n));
    expect(metadata['snapshot-log'].map((entry) => entry['snapshot-id'])).toEqual([2n]);
    expect(metadata.snapshots.length).toBe(2);
  });

  test('that expire take their refs, their statistics and the log before them along', () => {
    let metadata = create();
    for (const id of [1n, 2n, 3n]) metadata = apply(metadata, add(id, id), main(id));
    const file = { 'snapshot-id': 2n, 'statistics-path': 'p', 'file-size-in-bytes': 1n };
    metadata = apply(
      metadata,
      { action: 'set-partition-statistics', 'partition-statistics': file },
      { action: 'set-snapshot-ref', 'ref-name': 'old', type: 'tag', 'snapshot-id': 2n },
      { action: 'remove-snapshots', 'snapshot-ids': [2n] },
    );
    expect(metadata.snapshots.map((kept) => kept['snapshot-id'])).toEqual([1n, 3n]);
    expect(metadata['snapshot-log'].map((entry) => entry['snapshot-id'])).toEqual([3n]);
    expect(Object.keys(metadata.refs)).toEqual(['main']);
    expect(metadata['partition-statistics']).toEqual([]);
    const empty = apply(metadata, { action: 'remove-snapshot-ref', 'ref-name': 'main' });
    expect(empty['current-snapshot-id']).toBeNull();
    expect(metadataToJson(empty)['current-snapshot-id']).toBe(-1n);
  });

  test('of version 3 hand out row ids without overlap', () => {
    const metadata = apply(
      create({ 'format-version': '3' }),
      add(1n, 1n, { 'first-row-id': 0n, 'added-rows': 10n }),
      main(1n),
    );
    expect(metadata['next-row-id']).toBe(10n);
    const behind = add(2n, 2n, { 'parent-snapshot-id': 1n, 'first-row-id': 5n, 'added-rows': 1n });
    expect(refusal(() => apply(metadata, behind))[0]).toBe('conflict');
    expect(refusal(() => apply(metadata, add(2n, 2n)))[0]).toBe('invalid');
  });

  test('with a slow clock do not turn the table back in time', () => {
    const metadata = apply(create(), add(1n, 1n, { 'timestamp-ms': 1n }), main(1n));
    expect(metadata['last-updated-ms']).toBe(1000n);
  });
});

describe('schemas, specs and orders', () => {
  test('an equal schema keeps its id, another gets the next', () => {
    const base = create();
    const [same, wider] = [currentSchema(base), { ...currentSchema(base), 'schema-id': 0 }];
    expect(apply(base, { action: 'add-schema', schema: same }, { action: 'set-current-schema', 'schema-id': -1 })).toBe(
      base,
    );
    const more = { ...wider, fields: [...wider.fields, { id: 3, name: 'n', required: false, type: 'int' as const }] };
    const changed = apply(
      base,
      { action: 'add-schema', schema: more },
      { action: 'set-current-schema', 'schema-id': -1 },
    );
    expect([changed['current-schema-id'], changed['last-column-id'], changed.schemas.length]).toEqual([1, 3, 2]);
    const shrink: TableUpdate = { action: 'add-schema', schema: more, 'last-column-id': 1 };
    expect(refusal(() => apply(base, shrink))[1]).toBe('Invalid last column ID: 1 < 2 (previous last column ID)');
    expect(refusal(() => apply(base, { action: 'set-current-schema', 'schema-id': -1 }))[1]).toBe(
      'Cannot set last added schema: no schema has been added',
    );
    expect(refusal(() => apply(base, { action: 'remove-schemas', 'schema-ids': [0] }))[1]).toBe(
      'Cannot remove the current schema',
    );
    const dropped = apply(changed, { action: 'remove-schemas', 'schema-ids': [0] });
    expect(dropped.schemas.map((schema) => schema['schema-id'])).toEqual([1]);
  });

  test('partition fields get ids from 1000 and keep them when they return', () => {
    const field = { 'source-id': 2, name: 'day', transform: 'day' };
    const spec: TableUpdate = { action: 'add-spec', spec: { fields: [field] } };
    const one = apply(create(), spec, { action: 'set-default-spec', 'spec-id': -1 });
    expect(one['partition-specs'][1]).toEqual({ 'spec-id': 1, fields: [{ ...field, 'field-id': 1000 }] });
    const bucket = { 'source-id': 1, name: 'b', transform: 'bucket[4]' };
    const two = apply(one, { action: 'add-spec', spec: { fields: [bucket, { ...field, name: 'day2' }] } });
    expect(two['partition-specs'][2]?.fields.map((known) => known['field-id'])).toEqual([1001, 1000]);
    expect(two['last-partition-id']).toBe(1001);
    const clash: TableUpdate = { action: 'add-spec', spec: { fields: [{ ...field, name: 'id' }] } };
    expect(refusal(() => apply(one, clash))[1]).toBe('Cannot create partition from name that exists in schema: id');
    expect(refusal(() => apply(one, { action: 'remove-partition-specs', 'spec-ids': [1] }))[1]).toBe(
      'Cannot remove the default partition spec',
    );
  });

  test('a column that the partitioning needs cannot be dropped', () => {
    const spec: TableUpdate = {
      action: 'add-spec',
      spec: { fields: [{ 'source-id': 2, name: 'd', transform: 'day' }] },
    };
    const base = apply(create(), spec, { action: 'set-default-spec', 'spec-id': -1 });
    const narrow = { ...currentSchema(base), fields: currentSchema(base).fields.slice(0, 1) };
    const drop: TableUpdate[] = [
      { action: 'add-schema', schema: narrow },
      { action: 'set-current-schema', 'schema-id': -1 },
    ];
    expect(refusal(() => apply(base, ...drop))[1]).toBe('Cannot find source column for d: 2');
  });
});

describe('requirements', () => {
  const base = apply(create(), add(1n, 1n), main(1n));
  test.each<{ requirement: TableRequirement; message: string }>([
    { requirement: { type: 'assert-create' }, message: 'table already exists' },
    { requirement: { type: 'assert-table-uuid', uuid: 'v' }, message: 'UUID does not match: expected u != v' },
    {
      requirement: { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': null },
      message: 'branch main was created concurrently',
    },
    {
      requirement: { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': 2n },
      message: 'branch main has changed: expected id 2 != 1',
    },
    {
      requirement: { type: 'assert-ref-snapshot-id', ref: 'x', 'snapshot-id': 2n },
      message: 'branch or tag x is missing, expected 2',
    },
    {
      requirement: { type: 'assert-last-assigned-field-id', 'last-assigned-field-id': 9 },
      message: 'last assigned field id changed: expected id 9 != 2',
    },
    {
      requirement: { type: 'assert-current-schema-id', 'current-schema-id': 9 },
      message: 'current schema changed: expected id 9 != 0',
    },
    {
      requirement: { type: 'assert-last-assigned-partition-id', 'last-assigned-partition-id': 9 },
      message: 'last assigned partition id changed: expected id 9 != 999',
    },
    {
      requirement: { type: 'assert-default-spec-id', 'default-spec-id': 9 },
      message: 'default partition spec changed: expected id 9 != 0',
    },
    {
      requirement: { type: 'assert-default-sort-order-id', 'default-sort-order-id': 9 },
      message: 'default sort order changed: expected id 9 != 0',
    },
  ])('refuse with: $message', ({ requirement, message }) => {
    expect(refusal(() => checkRequirements(base, [requirement]))).toEqual([
      'conflict',
      `Requirement failed: ${message}`,
    ]);
  });

  test('that hold pass, also for a ref called like an inherited property', () => {
    checkRequirements(base, [
      { type: 'assert-table-uuid', uuid: 'U' },
      { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': 1n },
      { type: 'assert-ref-snapshot-id', ref: 'constructor', 'snapshot-id': null },
    ]);
    checkRequirements(null, [{ type: 'assert-create' }]);
  });
});

test('metadata survives its file, and files of other writers are completed', () => {
  const metadata = apply(
    create({ 'format-version': '3' }),
    add(1n, 1n, { 'first-row-id': 0n, 'added-rows': 0n }),
    main(1n),
  );
  expect(parseMetadata(stringifyMetadata(metadata))).toEqual(metadata);
  const { refs: _refs, statistics: _statistics, ...older } = metadataToJson(metadata);
  const text = stringifyMetadata(older as unknown as TableMetadata);
  expect(parseMetadata(text)).toEqual(metadata);
  expect(() => parseMetadata('{"format-version":1}')).toThrow(TypeError);
});
