import { QueryClient } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import type { TableStatus } from '@/server/pipelines/pipeline-view.ts';
import { applyEvent, type Reread, type Wanted } from './apply-event.ts';

const LIST = [['pipelines', 'list'], { input: {}, type: 'query' }];
const ENDLESS = [['pipelines', 'list'], { input: { limit: 1 }, type: 'infinite' }];
const STATUS = [['pipelines', 'status'], { input: { id: 'pl_1' }, type: 'query' }];
const TABLES = [['tables', 'list'], { input: { pipelineId: 'pl_1' }, type: 'query' }];

function openCache() {
  const client = new QueryClient();
  const pipeline = { id: 'pl_1', name: 'shop', lagBytes: 5 };
  client.setQueryData(LIST, { items: [pipeline, { id: 'pl_2', name: 'other', lagBytes: 5 }], nextCursor: null });
  client.setQueryData(ENDLESS, { pages: [{ items: [pipeline], nextCursor: null }], pageParams: [null] });
  client.setQueryData(STATUS, { ...pipeline, tableList: [{ id: 7, state: 'live', rowsCommitted: 1 }], commits: [] });
  client.setQueryData(TABLES, { items: [{ id: 7, state: 'live' }], nextCursor: null });
  const reread: string[] = [];
  const ask = (wanted: Wanted) => {
    for (const path of [
      'pipelines.list',
      'pipelines.get',
      'tables.list',
      'deadLetters.list',
      'sources.tables',
      'sources.get',
      'sources.list',
    ]) {
      if (wanted(path, { id: 'pl_1', pipelineId: 'pl_1' }, undefined)) reread.push(path);
    }
  };
  return { client, reread, ask };
}

it('merges figures wherever the pipeline is shown, and reads nothing again', () => {
  const { client, reread, ask } = openCache();
  applyEvent(client, { name: 'pipeline', data: { id: 'pl_1', changed: { lagBytes: 9, rowsCommitted: 3 } } }, ask);
  expect(client.getQueryData(LIST)).toMatchObject({
    items: [
      { id: 'pl_1', lagBytes: 9 },
      { id: 'pl_2', lagBytes: 5 },
    ],
  });
  expect(client.getQueryData(ENDLESS)).toMatchObject({ pages: [{ items: [{ lagBytes: 9 }] }] });
  expect(client.getQueryData(STATUS)).toMatchObject({ lagBytes: 9, tableList: [{ id: 7 }] });
  expect(client.getQueryData(LIST)).not.toHaveProperty('items.0.rowsCommitted');
  expect(reread).toEqual([]);
});

it('reads lists again when their order or contents may change', () => {
  const { client, reread, ask } = openCache();
  applyEvent(client, { name: 'pipeline', data: { id: 'pl_9', changed: { lagBytes: 1 } } }, ask);
  expect(reread).toEqual([]);
  applyEvent(client, { name: 'pipeline', data: { id: 'pl_9', changed: { name: 'new', lagBytes: 1 } } }, ask);
  expect(reread).toEqual(['pipelines.list']);
  applyEvent(client, { name: 'pipeline', data: { id: 'pl_1', changed: {}, removed: true } }, ask);
  expect(client.getQueryData(LIST)).toMatchObject({ items: [{ id: 'pl_2' }] });
  expect(reread).toEqual(['pipelines.list', 'pipelines.list', 'sources.list', 'pipelines.get']);
});

it('reads the list of what needs a look again when another pipeline may belong to it', () => {
  const { client } = openCache();
  const reread: string[] = [];
  const ask = (wanted: Wanted) => {
    if (wanted('pipelines.list', { attention: true }, undefined)) reread.push('attention');
    if (wanted('pipelines.list', {}, undefined)) reread.push('all');
  };
  const changed = { deadLettersOpen: 1 };
  applyEvent(client, { name: 'pipeline', data: { id: 'pl_9', changed: { deadLettersOpen: 0 } } }, ask);
  expect(reread).toEqual([]);
  applyEvent(client, { name: 'pipeline', data: { id: 'pl_9', changed } }, ask);
  expect(reread).toEqual(['attention']);
});

it('reads the lists again that say what the pipelines of each row do', () => {
  const { client, reread, ask } = openCache();
  applyEvent(client, { name: 'pipeline', data: { id: 'pl_1', changed: { state: 'paused' } } }, ask);
  expect(reread).toEqual(['pipelines.list', 'sources.list', 'pipelines.get']);
});

it('merges tables into lists and into the status of their pipeline', () => {
  const { client, reread, ask } = openCache();
  applyEvent(client, { name: 'table', data: { pipelineId: 'pl_1', id: 7, changed: { rowsCommitted: 4 } } }, ask);
  expect(client.getQueryData(STATUS)).toMatchObject({ tableList: [{ id: 7, rowsCommitted: 4 }] });
  expect(reread).toEqual([]);
  applyEvent(client, { name: 'table', data: { pipelineId: 'pl_1', id: 7, changed: { state: 'paused' } } }, ask);
  expect(client.getQueryData(TABLES)).toMatchObject({ items: [{ state: 'paused' }] });
  expect(reread).toEqual(['tables.list']);
});

it('reads the page of a lake table again, seldom, when something reached that table', () => {
  const { client } = openCache();
  const written = (tableId: number) => ({ owner: { tableId } });
  const reread: unknown[] = [];
  const ask: Reread = (wanted, pace) => {
    for (const answer of [written(7), written(8), { owner: null }]) {
      if (wanted('lake.table', {}, answer)) reread.push([answer, pace]);
    }
  };
  const tell = (changed: Partial<TableStatus>) =>
    applyEvent(client, { name: 'table', data: { pipelineId: 'pl_1', id: 7, changed } }, ask);
  tell({ spillBytes: 1 });
  expect(reread).toEqual([]);
  tell({ markerAt: '2026-01-01T00:00:00.000Z', rowsCommitted: 2 });
  expect(reread).toEqual([[written(7), 'seldom']]);
});

it('reads dead letters and definitions again, but asks no source for its tables', () => {
  const { client, reread, ask } = openCache();
  applyEvent(client, { name: 'dead-letter', data: { pipelineId: 'pl_1', open: 1 } }, ask);
  applyEvent(client, { name: 'source', data: { id: 'src_1' } }, ask);
  expect(reread).toEqual(['deadLetters.list', 'sources.get', 'sources.list']);
});

it('marks everything old as stale when a stream could not be resumed', () => {
  const { client, ask } = openCache();
  const old = [['audit', 'list'], {}];
  client.setQueryData(old, {}, { updatedAt: Date.now() - 60_000 });
  client.setQueryData([['lake', 'table'], {}], {}, { updatedAt: Date.now() - 60_000 });
  applyEvent(client, { name: 'ready', data: { resumed: false } }, ask);
  expect(client.getQueryState(old)?.isInvalidated).toBe(true);
  expect(client.getQueryState(LIST)?.isInvalidated).toBe(false);
  expect(client.getQueryState([['lake', 'table'], {}])?.isInvalidated).toBe(false);
});
