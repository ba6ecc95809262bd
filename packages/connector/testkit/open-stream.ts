import { randomBytes } from 'node:crypto';
import { type Lsn, ZERO_LSN } from '../../../server/domain/lsn.ts';
import type { Segment } from '../../../server/domain/segment.ts';
import type { ChangeSource, OpenChangesOptions, SourceConnector } from '../contract.ts';
import type { ConnectorHarness } from './harness.ts';

export const LIMITS = { segmentBytesMax: 1024 * 1024, segmentAgeMsMax: 20, advanceIntervalMs: 100 };

/** Opens streams of one connector: of these tables, from their beginning, and with what a pipeline would remember of them. */
export function streamOpener<Connection, Part>(connector: SourceConnector<Connection, Part>) {
  const { signal } = new AbortController();
  return async function openStream(harness: ConnectorHarness<Connection>, tables: readonly string[]) {
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
        connector.openChanges(harness.connection, {
          stream,
          position: { ...position },
          limits: LIMITS,
          signal,
          ...more,
        }),
      store(source: ChangeSource, segment: Segment): void {
        if (!segment.complete) return;
        Object.assign(position, { from: segment.toLsn, endLsn: segment.endLsn });
        source.confirm(segment.endLsn);
      },
    };
  };
}
