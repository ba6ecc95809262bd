import { describe, expect, test } from 'vitest';
import type { SourceConnector } from '../contract.ts';
import type { ConnectorHarness, TestChange } from './harness.ts';
import { streamOpener } from './open-stream.ts';
import { inOrder, readSegments } from './read-changes.ts';
import { isVisible, parseCopyText, parseRows } from './rows.ts';

/** What a copy promises, alone and together with the stream. */
export function copyTests<Connection, Part>(
  connector: SourceConnector<Connection, Part>,
  openHarness: () => Promise<ConnectorHarness<Connection>>,
): void {
  const { signal } = new AbortController();
  const openStream = streamOpener(connector);

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
