import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { avroMetadata } from 'icebird/src/avro/avro.metadata.js';
import { avroRead } from 'icebird/src/avro/avro.read.js';
import { describe, expect, it } from 'vitest';
import { avroType } from './avro/avro-type.ts';
import { readContainer, writeContainer } from './avro/container.ts';
import { manifestFileSchema } from './avro-schemas.ts';
import { type ManifestEntry, type NewEntry, readManifest, type StoredFile, writeManifest } from './manifest.ts';
import { type ManifestFile, readManifestList, writeManifestList } from './manifest-list.ts';
import { ID_SCHEMA } from './testing/warehouse.ts';

const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const sequence = fc.bigInt({ min: 0n, max: 2n ** 62n });
const fieldId = fc.integer({ min: 1, max: 2_147_483_447 });
const mapOf = <T>(values: fc.Arbitrary<T>) =>
  fc
    .array(fc.tuple(fieldId, values), { maxLength: 4 })
    .map((pairs) => new Map([...new Map(pairs)].sort(([a], [b]) => a - b)));
const bytes = fc.uint8Array({ maxLength: 20 }).map((value) => Buffer.from(value));

const storedFile: fc.Arbitrary<StoredFile> = fc.record(
  {
    content: fc.constantFrom('data' as const, 'position-deletes' as const, 'equality-deletes' as const),
    path: fc.string({ unit: 'grapheme' }).map((name) => `s3://lake/${name}`),
    rows: fc.nat(),
    bytes: fc.nat(),
    metrics: fc.record({
      columnSizes: mapOf(long),
      valueCounts: mapOf(long),
      nullCounts: mapOf(long),
      nanCounts: mapOf(long),
      lowerBounds: mapOf(bytes),
      upperBounds: mapOf(bytes),
      splitOffsets: fc.array(sequence, { maxLength: 3 }),
    }),
    referencedDataFile: fc.string(),
    equalityFieldIds: fc.array(fieldId, { maxLength: 3 }),
    sortOrderId: fc.nat(),
    keyMetadata: bytes,
  },
  { requiredKeys: ['content', 'path', 'rows', 'bytes', 'metrics'], noNullPrototype: true },
);

const MANIFEST: ManifestFile = {
  path: 'file:///lake/m0.avro',
  bytes: 1,
  specId: 0,
  content: 'data',
  sequenceNumber: 7n,
  minSequenceNumber: 7n,
  addedSnapshotId: 4_172_948_712_345_678_901n,
  addedFiles: 1,
  existingFiles: 0,
  deletedFiles: 0,
  addedRows: 1n,
  existingRows: 0n,
  deletedRows: 0n,
};

const write = (entries: readonly NewEntry[]) =>
  writeManifest({ content: 'data', schema: ID_SCHEMA, specId: 0, entries });

describe('manifests', () => {
  it('give back every entry, and added files inherit the sequence numbers of their manifest', () => {
    const entry = fc.oneof(
      fc.record({ status: fc.constant('added' as const), snapshotId: sequence, file: storedFile }),
      fc.record({
        status: fc.constantFrom('existing' as const, 'deleted' as const),
        snapshotId: sequence,
        sequenceNumber: sequence,
        fileSequenceNumber: sequence,
        file: storedFile,
      }),
    );
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 20 }), (entries) => {
        const inherited = { sequenceNumber: 7n, fileSequenceNumber: 7n };
        const expected = entries.map((one): ManifestEntry => ({ ...inherited, ...one }));
        expect(readManifest(write(entries), MANIFEST)).toEqual(expected);
      }),
    );
  });

  it('say what they hold in their header', () => {
    const file = { ...fc.sample(storedFile, 1)[0] } as StoredFile;
    const { header } = readContainer(write([{ status: 'added', snapshotId: 1n, file }]), 'test');
    expect(Object.fromEntries(header)).toMatchObject({
      'schema-id': '0',
      'partition-spec': '[]',
      'partition-spec-id': '0',
      'format-version': '2',
      content: 'data',
      'avro.codec': 'null',
    });
    expect(JSON.parse(header.get('schema') ?? '')).toEqual(ID_SCHEMA);
  });

  it('can be read by another implementation, in several blocks', () => {
    const file = { ...fc.sample(storedFile, 1)[0], path: `s3://lake/${'x'.repeat(1000)}` } as StoredFile;
    const entries: NewEntry[] = Array.from({ length: 200 }, () => ({ status: 'added', snapshotId: 5n, file }));
    const written = write(entries);
    const reader = { view: new DataView(written.buffer, written.byteOffset, written.byteLength), offset: 0 };
    const { metadata, syncMarker } = avroMetadata(reader);
    const records = avroRead({ reader, metadata, syncMarker });
    expect(records).toHaveLength(200);
    expect(records[199]).toMatchObject({ status: 1, snapshot_id: 5n, data_file: { file_path: file.path } });
  });

  it('are refused when cut short, of another format, or no Avro at all', () => {
    const written = write([
      { status: 'added', snapshotId: 1n, file: { ...fc.sample(storedFile, 1)[0] } as StoredFile },
    ]);
    for (const bad of [written.subarray(0, -20), Buffer.from('PAR1'), Buffer.alloc(0)]) {
      expect(() => readManifest(bad, MANIFEST)).toThrow(expect.objectContaining({ code: 'LAKE_TABLE_UNSUPPORTED' }));
    }
  });
});

describe('manifest lists', () => {
  const list = (manifests: readonly ManifestFile[]) =>
    writeManifestList({ snapshotId: 9n, parentSnapshotId: null, sequenceNumber: 7n, manifests });

  it('give back every manifest with 63-bit ids intact', () => {
    expect(readManifestList(list([MANIFEST, { ...MANIFEST, content: 'deletes' }]), 'list')).toEqual([
      MANIFEST,
      { ...MANIFEST, content: 'deletes' },
    ]);
    expect(readContainer(list([]), 'list').header.get('parent-snapshot-id')).toBe('null');
  });

  it('are read by field id and through deflate, as other writers make them', () => {
    const renamed = JSON.parse(
      JSON.stringify(manifestFileSchema()).replace('"added_files_count"', '"added_data_files_count"'),
    );
    const [record] = readContainer(list([MANIFEST]), 'list').records;
    const foreign = { ...record, added_data_files_count: 3 };
    const plain = writeContainer({ schema: renamed, header: {}, records: [] });
    const sync = plain.subarray(-16);
    const head = Buffer.from(
      plain.toString('latin1').replace('\x14avro.codec\x08null', '\x14avro.codec\x0edeflate'),
      'latin1',
    );
    const int = avroType('int');
    const block = deflateRawSync(avroType(renamed).toBuffer(foreign));
    const deflated = Buffer.concat([head, int.toBuffer(1), int.toBuffer(block.length), block, sync]);
    expect(readManifestList(deflated, 'list')).toEqual([{ ...MANIFEST, addedFiles: 3 }]);
  });
});
