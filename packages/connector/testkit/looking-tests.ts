import { describe, expect, test } from 'vitest';
import type { SourceConnector } from '../contract.ts';
import type { ConnectorHarness } from './harness.ts';

/** Discovery, preflight, and sources that are away. */
export function lookingTests<Connection, Part>(
  connector: SourceConnector<Connection, Part>,
  openHarness: () => Promise<ConnectorHarness<Connection>>,
): void {
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
