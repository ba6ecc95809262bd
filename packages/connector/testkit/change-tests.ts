import { describe, expect, test } from 'vitest';
import type { Lsn } from '../../../server/domain/lsn.ts';
import type { SourceConnector } from '../contract.ts';
import type { ConnectorHarness } from './harness.ts';
import { LIMITS, streamOpener } from './open-stream.ts';
import { inOrder, readRows, readSegments } from './read-changes.ts';
import { parseRows } from './rows.ts';

/** What a stream of changes promises: order, whole transactions, nothing lost and nothing twice. */
export function changeTests<Connection, Part>(
  connector: SourceConnector<Connection, Part>,
  openHarness: () => Promise<ConnectorHarness<Connection>>,
): void {
  const { signal } = new AbortController();
  const openStream = streamOpener(connector);

  describe(`the ${connector.kind} connector: changes`, () => {
    test('transactions come whole and in commit order, with the texts as they are', async () => {
      await using harness = await openHarness();
      const { open } = await openStream(harness, ['item', 'other']);
      await using source = await open();
      const odd = 'say "hi",\n\ttab \\ back ünï 🜁';
      await harness.transact([
        { op: 'insert', table: 'item', id: 1, name: odd },
        { op: 'insert', table: 'other', id: 1, name: null },
        { op: 'insert', table: 'item', id: 2, name: '' },
      ]);
      await harness.transact([
        { op: 'update', table: 'item', id: 2, name: 'two' },
        { op: 'delete', table: 'item', id: 1 },
      ]);
      const rows = inOrder(await readRows(source, 5));
      expect(rows.map(({ table, op, ordinal, values }) => [table, op, ordinal, values.id, values.name])).toEqual([
        ['item', 'i', 0, '1', odd],
        ['other', 'i', 1, '1', null],
        ['item', 'i', 2, '2', ''],
        ['item', 'u', 0, '2', 'two'],
        ['item', 'd', 1, '1', expect.toSatisfy((name) => name === null || name === odd)],
      ]);
      expect(new Set(rows.map(({ lsn }) => lsn)).size).toBe(2);
      expect(new Set(rows.map(({ xid }) => xid)).size).toBe(2);
    });

    test('a changed key is a delete of the old one and the new row, and a truncated table says so', async () => {
      await using harness = await openHarness();
      const { open } = await openStream(harness, ['item']);
      await using source = await open();
      await harness.transact([{ op: 'insert', table: 'item', id: 1, name: 'a' }]);
      await harness.transact([{ op: 'update', table: 'item', id: 1, newId: 9, name: 'a' }]);
      await harness.transact([{ op: 'truncate', table: 'item' }]);
      const rows = inOrder(await readRows(source, 4));
      expect(rows.map(({ op, values }) => [op, values.id])).toEqual([
        ['i', '1'],
        ['D', '1'],
        ['U', '9'],
        ['t', null],
      ]);
    });

    test('a large transaction comes in pieces, of which only the last is complete', async () => {
      await using harness = await openHarness();
      const { open } = await openStream(harness, ['item']);
      await using source = await open({ limits: { ...LIMITS, segmentBytesMax: 64 * 1024 } });
      await harness.fill('item', { rows: 3_000, nameLength: 200 });
      const segments = await readSegments(
        source,
        (read) => parseRows(read).length === 3_000 && !!read.at(-1)?.complete,
      );
      const pieces = segments.filter(({ rows }) => rows > 0);
      expect(pieces.length).toBeGreaterThan(5);
      expect(pieces.slice(0, -1).every(({ complete }) => !complete)).toBe(true);
      expect(inOrder(parseRows(pieces)).map(({ ordinal }) => ordinal)).toEqual(
        Array.from({ length: 3_000 }, (_, i) => i),
      );
    });

    test('what was stored does not come again, and what was not stored does', async () => {
      await using harness = await openHarness();
      const { open, store } = await openStream(harness, ['item']);
      const names: (string | null | undefined)[] = [];
      for (const [at, name] of ['one', 'two', 'three'].entries()) {
        await harness.transact([{ op: 'insert', table: 'item', id: at, name }]);
      }
      for (let session = 0; names.length < 3; session++) {
        await using source = await open({ limits: { ...LIMITS, segmentBytesMax: 1 } });
        const read: (string | null | undefined)[] = [];
        for await (const segment of source.segments) {
          read.push(...parseRows([segment]).map(({ values }) => values.name));
          if (read.length === 0 || !segment.complete) continue;
          // The first session forgets what it read, as a crash would.
          if (session > 0) store(source, segment);
          break;
        }
        if (session > 0) names.push(...read);
      }
      expect(names).toEqual(['one', 'two', 'three']);
    });

    test('the source may forget what is stored and nothing more', async () => {
      await using harness = await openHarness();
      const { open, store, stream } = await openStream(harness, ['item']);
      const before = await harness.forgotten(stream);
      await using source = await open();
      await harness.transact([{ op: 'insert', table: 'item', id: 1, name: 'a' }]);
      const [segment] = await readSegments(source, (read) => read.some(({ rows }) => rows > 0));
      if (!segment) throw new Error('no segment came');
      expect(await harness.forgotten(stream)).toBe(before);
      expect(() => source.confirm((segment.endLsn + 1_000_000_000n) as Lsn)).toThrow(RangeError);
      store(source, segment);
      await expect.poll(() => harness.forgotten(stream), { timeout: 10_000 }).toBe(segment.endLsn);
    });

    test('an idle stream lets the source forget what is not ours', async () => {
      await using harness = await openHarness();
      const { open, store, stream } = await openStream(harness, ['item']);
      await harness.createTable('stranger');
      await using source = await open();
      await harness.fill('stranger', { rows: 100, nameLength: 100 });
      const [advance] = await readSegments(source, (read) => read.length === 1);
      expect(advance).toMatchObject({ complete: true, rows: 0, blocks: [] });
      if (advance) store(source, advance);
      await expect.poll(() => harness.forgotten(stream), { timeout: 10_000 }).toBe(advance?.endLsn);
    });

    test('ends at once when told to, and can be opened again', async () => {
      await using harness = await openHarness();
      const { open } = await openStream(harness, ['item']);
      const stop = new AbortController();
      {
        await using source = await open({ signal: stop.signal });
        stop.abort();
        expect(await readSegments(source, () => false)).toEqual([]);
      }
      await using again = await open();
      await harness.transact([{ op: 'insert', table: 'item', id: 1, name: 'a' }]);
      expect(await readRows(again, 1)).toHaveLength(1);
    });

    test('another reader takes a stream over', async () => {
      await using harness = await openHarness();
      const { open } = await openStream(harness, ['item']);
      await using _frozen = await open();
      await using source = await open();
      await harness.transact([{ op: 'insert', table: 'item', id: 1, name: 'a' }]);
      expect(await readRows(source, 1)).toHaveLength(1);
    });

    test('a stream that is gone is missed, and releasing it twice is fine', async () => {
      await using harness = await openHarness();
      const { open, stream } = await openStream(harness, ['item']);
      await connector.release(harness.connection, { stream, signal });
      await connector.release(harness.connection, { stream, signal });
      expect(await harness.forgotten(stream)).toBeNull();
      await expect(open()).rejects.toMatchObject({ code: 'SOURCE_SLOT_MISSING' });
    });

    test('preparing again takes other tables and keeps what was not read', async () => {
      await using harness = await openHarness();
      const { open, stream, oids } = await openStream(harness, ['item']);
      await harness.transact([{ op: 'insert', table: 'item', id: 1, name: 'a' }]);
      await harness.createTable('later');
      const found = await connector.discover(harness.connection);
      const later = found.find(({ schema }) => schema.table === 'later')?.schema.oid ?? 0;
      await connector.prepare(harness.connection, { stream, tables: [...oids, later], signal });
      await harness.transact([{ op: 'insert', table: 'later', id: 1, name: 'b' }]);
      await using source = await open();
      expect(inOrder(await readRows(source, 2)).map(({ table }) => table)).toEqual(['item', 'later']);
    });
  });
}
