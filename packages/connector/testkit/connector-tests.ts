import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Lsn, ZERO_LSN } from '../../../server/domain/lsn.ts';
import type { Segment } from '../../../server/domain/segment.ts';
import type { ChangeSource, OpenChangesOptions, SourceConnector } from '../contract.ts';
import type { ConnectorHarness, TestChange } from './harness.ts';
import { isVisible, parseCopyText, parseRows } from './rows.ts';

/** The promises of the contract, as tests. Every test gets a source of its own. */
export function connectorTests<Connection, Part>(
  connector: SourceConnector<Connection, Part>,
  openHarness: () => Promise<ConnectorHarness<Connection>>,
): void {
  const { signal } = new AbortController();
  const limits = { segmentBytesMax: 1024 * 1024, segmentAgeMsMax: 20, advanceIntervalMs: 100 };

  /** A stream of the tables, from its beginning, and what a pipeline would remember of it. */
  async function openStream(harness: ConnectorHarness<Connection>, tables: readonly string[]) {
    const stream = `test_${randomBytes(6).toString('hex')}`;
    for (const table of tables) await harness.createTable(table);
    const found = await connector.discover(harness.connection);
    const oids = tables.map((name) => found.find(({ schema }) => schema.table === name)?.schema.oid ?? 0);
    await connector.prepare(harness.connection, { stream, tables: oids, signal });
    const position: { from: Lsn; endLsn: Lsn } = { from: ZERO_LSN, endLsn: ZERO_LSN };
    return {
      stream,
      oids,
      open: (more: Partial<OpenChangesOptions> = {}): Promise<ChangeSource> =>
        connector.openChanges(harness.connection, { stream, position: { ...position }, limits, signal, ...more }),
      store(source: ChangeSource, segment: Segment): void {
        if (!segment.complete) return;
        Object.assign(position, { from: segment.toLsn, endLsn: segment.endLsn });
        source.confirm(segment.endLsn);
      },
    };
  }

  describe(`the ${connector.kind} connector: looking`, () => {
    test('discovery shows columns and key, and the reason for what cannot be replicated', async () => {
      await using harness = await openHarness();
      await harness.createTable('item');
      await harness.createUnpublishable('seen');
      const found = await connector.discover(harness.connection);
      const item = found.find(({ schema }) => schema.table === 'item');
      expect(item?.publishable).toEqual({ ok: true });
      expect(item?.schema.schema).toBe(harness.schema);
      expect(item?.schema.columns.map(({ name, type, keyOrdinal }) => [name, type.kind, keyOrdinal])).toEqual([
        ['id', 'int4', 0],
        ['name', 'text', null],
      ]);
      const seen = found.find(({ schema }) => schema.table === 'seen');
      expect(seen?.publishable).toMatchObject({ ok: false, reason: expect.stringMatching(/\w/) });
    });

    test('preflight lets a sound table pass and says what to do about a missing one', async () => {
      await using harness = await openHarness();
      await harness.createTable('item');
      const choice = (table: string) => ({ schema: harness.schema, table, mode: 'both' }) as const;
      const sound = await connector.preflight(harness.connection, [choice('item')]);
      expect(sound.filter(({ severity }) => severity === 'error')).toEqual([]);
      const broken = await connector.preflight(harness.connection, [choice('nowhere')]);
      const [error] = broken.filter(({ severity }) => severity === 'error');
      expect(error).toMatchObject({ subject: expect.stringContaining('nowhere'), remedy: expect.stringMatching(/\w/) });
    });

    test('a source that is away is tried again, one that refuses us waits for a person, and neither tells the secret', async () => {
      await using harness = await openHarness();
      const away = await failureOf(connector.discover(harness.unreachable));
      expect(away).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
      const refused = await failureOf(connector.discover(harness.refused));
      expect(refused).toMatchObject({ code: 'SOURCE_REFUSED' });
      expect(`${away.stack} ${refused.stack}`).not.toContain(harness.secret);
    });
  });

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
      await using source = await open({ limits: { ...limits, segmentBytesMax: 64 * 1024 } });
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
        await using source = await open({ limits: { ...limits, segmentBytesMax: 1 } });
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

  describe(`the ${connector.kind} connector: copies`, () => {
    async function copy(harness: ConnectorHarness<Connection>, options: { oid: number; rowsPerPart: number }) {
      const planned = await connector.planCopy(harness.connection, { ...options, signal });
      // A plan is stored and read by other processes.
      const plan: typeof planned = JSON.parse(JSON.stringify(planned));
      const read = async (part: Part) => {
        await using opened = await connector.openPart(harness.connection, { stream: 'copy', plan, part, signal });
        let text = '';
        for await (const bytes of opened.bytes) text += bytes.toString('utf8');
        const rows = parseCopyText(text);
        expect(rows).toHaveLength(opened.rows());
        return { rows, snapshot: opened.snapshot };
      };
      return { plan, read };
    }

    test('the parts hold every row once', async () => {
      await using harness = await openHarness();
      const { oids } = await openStream(harness, ['item']);
      await harness.fill('item', { rows: 5_000, nameLength: 20 });
      const { plan, read } = await copy(harness, { oid: oids[0] ?? 0, rowsPerPart: 1_000 });
      expect(plan.schema.columns.map(({ name }) => name)).toEqual(['id', 'name']);
      const rows: (string | null)[][] = [];
      for (const part of plan.parts) rows.push(...(await read(part)).rows);
      expect(rows).toHaveLength(5_000);
      expect(new Set(rows.map(([id]) => id)).size).toBe(5_000);
    });

    test('copy and stream together are the table, however much is written meanwhile', async () => {
      await using harness = await openHarness();
      const { oids, open } = await openStream(harness, ['item']);
      await harness.fill('item', { rows: 500, nameLength: 10 });
      await using source = await open();
      const truth = new Map<string, string | null>(Array.from({ length: 500 }, (_, i) => [String(i + 1), '']));
      let isCopied = false;
      let rounds = 0;
      const writing = (async () => {
        for (; !isCopied || rounds < 40; rounds++) {
          const id = rounds % 400;
          const changes: TestChange[] = [
            { op: 'update', table: 'item', id: id + 1, name: `round ${rounds}` },
            { op: 'insert', table: 'item', id: 10_000 + rounds, name: 'new' },
            ...(rounds > 20 ? [{ op: 'delete', table: 'item', id: 10_000 + rounds - 20 } as const] : []),
          ];
          await harness.transact(changes);
          truth.set(String(id + 1), `round ${rounds}`);
          truth.set(String(10_000 + rounds), 'new');
          if (rounds > 20) truth.delete(String(10_000 + rounds - 20));
        }
      })();
      const { plan, read } = await copy(harness, { oid: oids[0] ?? 0, rowsPerPart: 1_000_000 });
      const [part] = plan.parts;
      if (part === undefined) throw new Error('the plan has no parts');
      const { rows, snapshot } = await read(part);
      isCopied = true;
      await writing;
      await harness.transact([{ op: 'insert', table: 'item', id: 99_999, name: 'last' }]);
      truth.set('99999', 'last');

      const joined = new Map(rows.map(([id, name]) => [id ?? '', name ?? null]));
      const segments = await readSegments(source, (all) => parseRows(all).some(({ values }) => values.id === '99999'));
      for (const { op, xid, values } of inOrder(parseRows(segments))) {
        if (isVisible(snapshot, xid)) continue;
        if (op === 'd') joined.delete(values.id ?? '');
        else joined.set(values.id ?? '', values.name ?? null);
      }
      expect([...joined.keys()].toSorted()).toEqual([...truth.keys()].toSorted());
      for (const [id, name] of truth) if (name !== '') expect([id, joined.get(id)]).toEqual([id, name]);
    });

    test('a table that is rewritten under a copy is not read as empty', async () => {
      await using harness = await openHarness();
      const { oids } = await openStream(harness, ['item']);
      await harness.fill('item', { rows: 10, nameLength: 10 });
      const { plan, read } = await copy(harness, { oid: oids[0] ?? 0, rowsPerPart: 1_000 });
      await harness.rewrite('item');
      const [part] = plan.parts;
      if (part === undefined) throw new Error('the plan has no parts');
      await expect(read(part)).rejects.toMatchObject({ code: 'SOURCE_TABLE_CHANGED' });
    });
  });
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('nothing failed');
}

/** Copies what it reads: a segment's bytes are the source's again when the next one is asked for. */
async function readSegments(source: ChangeSource, isEnough: (read: readonly Segment[]) => boolean): Promise<Segment[]> {
  const read: Segment[] = [];
  for await (const segment of source.segments) {
    const blocks = segment.blocks.map((block) => ({ ...block, bytes: Buffer.from(block.bytes) }));
    read.push({ ...segment, blocks });
    if (isEnough(read)) break;
  }
  return read;
}

const readRows = async (source: ChangeSource, count: number) =>
  parseRows(await readSegments(source, (read) => read.reduce((sum, { rows }) => sum + rows, 0) >= count));

const inOrder = (rows: ReturnType<typeof parseRows>) =>
  rows.toSorted((a, b) => (a.lsn === b.lsn ? a.ordinal - b.ordinal : a.lsn < b.lsn ? -1 : 1));
