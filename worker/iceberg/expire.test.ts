import { describe, expect, it } from 'vitest';
import type { TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import { newTableMetadata } from '@/server/domain/iceberg/new-table.ts';
import { EXPIRY_LIMITS, type ExpiryLimits, expiredSnapshots } from './expire.ts';
import { ID_SCHEMA } from './testing/warehouse.ts';

const MINUTE = 60_000;
const NOW = 1_000 * MINUTE;

/** Snapshots 1..n on main, a minute apart, the newest now. */
function table(count: number, more: Partial<TableMetadata> = {}): TableMetadata {
  const base = newTableMetadata({
    uuid: 'f79c3e09-677c-4bbd-a479-3f349cb785e7',
    location: 'file:///lake/t',
    schema: ID_SCHEMA,
    properties: {},
    nowMs: 1n,
  });
  const snapshots = Array.from({ length: count }, (_, index) => ({
    'snapshot-id': BigInt(index + 1),
    ...(index === 0 ? {} : { 'parent-snapshot-id': BigInt(index) }),
    'sequence-number': BigInt(index + 1),
    'timestamp-ms': BigInt(NOW - (count - 1 - index) * MINUTE),
    'manifest-list': `file:///lake/${index + 1}.avro`,
    summary: { operation: 'append' as const },
  }));
  const current = count === 0 ? null : BigInt(count);
  const main = current === null ? {} : { main: { 'snapshot-id': current, type: 'branch' as const } };
  return { ...base, snapshots, 'current-snapshot-id': current, ...more, refs: { ...main, ...more.refs } };
}

const expired = (metadata: TableMetadata, limits: Partial<ExpiryLimits> = {}) =>
  expiredSnapshots(metadata, { nowMs: NOW, limits: { ...EXPIRY_LIMITS, batchMin: 1, ...limits } }).map((s) =>
    Number(s['snapshot-id']),
  );

const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

describe('expiredSnapshots', () => {
  it('keeps the newest, counting the one about to be committed', () => {
    expect(expired(table(30), { snapshotsMin: 20, ageMsMin: 0 })).toEqual(upTo(11));
    expect(expired(table(19), { snapshotsMin: 20, ageMsMin: 0 })).toEqual([]);
    expect(expired(table(0))).toEqual([]);
  });

  it('keeps young ones beyond that, up to the most that metadata may carry', () => {
    expect(expired(table(30), { snapshotsMin: 2, ageMsMin: 25 * MINUTE })).toEqual(upTo(5));
    expect(expired(table(30), { snapshotsMin: 2, ageMsMin: 25 * MINUTE, snapshotsMax: 10 })).toEqual(upTo(21));
  });

  it('never expires the current snapshot, whatever the limits', () => {
    expect(expired(table(3), { snapshotsMin: 0, snapshotsMax: 0, ageMsMin: 0 })).toEqual([1, 2]);
  });

  it('keeps what a tag or another branch reaches', () => {
    const tagged = table(30, { refs: { audit: { 'snapshot-id': 5n, type: 'tag' } } });
    expect(expired(tagged, { snapshotsMin: 20, ageMsMin: 0 })).toEqual([6, 7, 8, 9, 10, 11]);
  });

  it('lets rolled back snapshots go by age alone', () => {
    const back = {
      ...table(30),
      'current-snapshot-id': 28n,
      refs: { main: { 'snapshot-id': 28n, type: 'branch' as const } },
    };
    expect(expired(back, { snapshotsMin: 40, ageMsMin: MINUTE / 2 })).toEqual([29]);
  });

  it('waits until a batch is due, and stops where collection is off', () => {
    expect(expired(table(30), { snapshotsMin: 25, ageMsMin: 0, batchMin: 7 })).toEqual([]);
    expect(expired(table(30, { properties: { 'gc.enabled': 'false' } }), { snapshotsMin: 1, ageMsMin: 0 })).toEqual([]);
  });
});
