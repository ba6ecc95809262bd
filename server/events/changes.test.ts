import { describe, expect, it } from 'vitest';
import type { PipelineSummary } from '@/server/pipelines/pipeline-view.ts';
import { changedFields, definitionChanges, pipelineChanges, testChanges } from './changes.ts';
import { EventLog } from './event-log.ts';

const summary = (more: Partial<PipelineSummary> = {}): PipelineSummary => ({
  id: 'pl_1',
  name: 'shop',
  state: 'running',
  desiredState: 'running',
  namespace: 'shop',
  version: '1',
  source: { id: 'src_1', name: 'db' },
  destination: { id: 'dst_1', name: 'lake' },
  error: null,
  position: { epoch: 1, capturedLsn: '0/1', committedLsn: '0/1', committedAt: '2026-01-01T00:00:00.000Z' },
  lagBytes: 0,
  lagSeconds: 0,
  freshnessSeconds: 1.2,
  sourceLagBytes: 0,
  slot: null,
  buffer: { bytes: 0, bytesMax: null, segments: 0 },
  tables: { all: 1, live: 1, needAttention: 0, inDoubt: 0 },
  rowsCommitted: 10,
  rowsLastMinute: 1,
  deadLettersOpen: 0,
  ...more,
});
const of = (...all: PipelineSummary[]) => new Map(all.map((each) => [each.id, each]));

describe('changes', () => {
  it('are the fields that differ, compared by value', () => {
    expect(changedFields({ a: 1, b: { c: [1] } }, { a: 1, b: { c: [1] } })).toBeNull();
    expect(changedFields({ a: 1, b: { c: [1] } }, { a: 2, b: { c: [1] } })).toEqual({ a: 2 });
    expect(changedFields(undefined, { a: 1 })).toEqual({ a: 1 });
  });

  it('of a pipeline that stands still are few, although it gets staler all the time', () => {
    expect(pipelineChanges(of(summary()), of(summary({ freshnessSeconds: 1.9 })))).toEqual([]);
    const stale = (freshnessSeconds: number) => of(summary({ freshnessSeconds }));
    expect(pipelineChanges(stale(301), stale(308))).toEqual([]);
    expect(pipelineChanges(stale(308), stale(311))).toMatchObject([{ data: { changed: { freshnessSeconds: 311 } } }]);
  });

  it('name commits and dead letters beside the figures', () => {
    const now = summary({
      deadLettersOpen: 2,
      position: { epoch: 1, capturedLsn: '0/2', committedLsn: '0/2', committedAt: '2026-01-01T00:00:01.000Z' },
    });
    const names = pipelineChanges(of(summary()), of(now)).map(({ name }) => name);
    expect(names).toEqual(['pipeline', 'commit', 'dead-letter']);
  });

  it('name what is new and what is gone', () => {
    const other = summary({ id: 'pl_2' });
    expect(pipelineChanges(of(summary()), of(other))).toMatchObject([
      { name: 'pipeline', data: { id: 'pl_2', changed: { name: 'shop' } } },
      { name: 'pipeline', data: { id: 'pl_1', removed: true } },
    ]);
    const changes = definitionChanges(
      'source',
      new Map([
        ['a', '1'],
        ['b', '1'],
      ]),
      new Map([
        ['a', '2'],
        ['c', '1'],
      ]),
    );
    expect(changes.map(({ data }) => data)).toEqual([{ id: 'a' }, { id: 'c' }, { id: 'b', removed: true }]);
  });

  it('of a connection test are for the person who asked', () => {
    const test = { state: 'answered', askedBy: 'member:mem_1', kind: 'source-test' };
    expect(testChanges(new Map([['inq_1', { ...test, state: 'waiting' }]]), new Map([['inq_1', test]]))).toMatchObject([
      { only: 'member:mem_1', scope: 'source:write', data: { id: 'inq_1', state: 'answered' } },
    ]);
  });
});

describe('the event log', () => {
  const commit = { name: 'commit', scope: 'pipeline:read', data: { pipelineId: 'pl_1' } } as const;

  it('gives a client that returns what it missed, in order', () => {
    const log = new EventLog('boot');
    log.append([commit, commit, commit]);
    expect(log.since('boot.1')?.map(({ seq }) => seq)).toEqual([2, 3]);
    expect(log.since('boot.3')).toEqual([]);
  });

  it('does not pretend to know what another process said, what is to come, or what was forgotten', () => {
    const log = new EventLog('boot');
    log.append([commit]);
    for (const id of ['other.1', 'boot.2', 'boot.x', 'nonsense', '']) expect(log.since(id)).toBeNull();
    log.append(Array.from({ length: 6_000 }, () => commit));
    expect(log.since('boot.1')).toBeNull();
    expect(log.since('boot.6000')).toHaveLength(1);
  });
});
