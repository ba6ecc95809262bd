import { describe, expect, it } from 'vitest';
import type { TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import { newTableMetadata } from '@/server/domain/iceberg/new-table.ts';
import { parseLsn } from '@/server/domain/lsn.ts';
import { type Marker, markerProperties, readMarker, sameMarker } from './marker.ts';
import { ID_SCHEMA } from './testing/warehouse.ts';

const MARKER: Marker = {
  pipelineId: 'p1',
  epoch: 3,
  fromLsn: parseLsn('16/B374D848'),
  toLsn: parseLsn('FFFFFFFF/FFFFFFFF'),
  batchId: 'b1',
  leaseToken: 2n ** 60n + 1n,
};

const EMPTY = newTableMetadata({
  uuid: 'f79c3e09-677c-4bbd-a479-3f349cb785e7',
  location: 'file:///lake/t',
  schema: ID_SCHEMA,
  properties: {},
  nowMs: 1n,
});

describe('readMarker', () => {
  it('gives back what a commit wrote, and null for a table without', () => {
    expect(readMarker({ ...EMPTY, properties: markerProperties(MARKER) })).toEqual(MARKER);
    expect(readMarker(EMPTY)).toBeNull();
  });

  it('looks into the newest ancestor that has one when the properties are gone', () => {
    const snapshot = (id: bigint, marker: Marker | null, parent?: bigint) => ({
      'snapshot-id': id,
      ...(parent === undefined ? {} : { 'parent-snapshot-id': parent }),
      'sequence-number': id,
      'timestamp-ms': id,
      'manifest-list': 'file:///lake/l.avro',
      summary: { ...(marker ? markerProperties(marker) : {}), operation: 'append' as const },
    });
    const newer = { ...MARKER, batchId: 'b2' };
    const snapshots = [snapshot(1n, MARKER), snapshot(2n, newer, 1n), snapshot(3n, null, 2n), snapshot(4n, MARKER, 3n)];
    const metadata: TableMetadata = { ...EMPTY, snapshots, 'current-snapshot-id': 3n };
    expect(readMarker(metadata)).toEqual(newer);
  });

  it('does not guess at a damaged one', () => {
    const { 'philotes.to-lsn': _gone, ...incomplete } = markerProperties(MARKER);
    expect(() => readMarker({ ...EMPTY, properties: incomplete })).toThrow(/philotes.to-lsn/);
    const odd = { ...markerProperties(MARKER), 'philotes.epoch': 'x' };
    expect(() => readMarker({ ...EMPTY, properties: odd })).toThrow(TypeError);
  });
});

describe('sameMarker', () => {
  it('is true only when every part agrees', () => {
    expect(sameMarker(MARKER, { ...MARKER })).toBe(true);
    for (const other of [{ epoch: 4 }, { batchId: 'b2' }, { leaseToken: 1n }, { pipelineId: 'p2' }]) {
      expect(sameMarker(MARKER, { ...MARKER, ...other })).toBe(false);
    }
    expect(sameMarker(null, MARKER)).toBe(false);
  });
});
