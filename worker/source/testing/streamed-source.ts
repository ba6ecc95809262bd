import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSourceSession } from '@/server/postgres/connect.ts';
import type { ChangeSourceOptions } from '../postgres/change-source-options.ts';
import { createSlot } from '../postgres/slot.ts';
import type { ChangeSource } from '../source.ts';
import { openTestSource, parseRows, readUntil, type TestSource } from './test-source.ts';

type Use = { bytes: number; transactions: number };

export type StreamedSource = TestSource & {
  /** Opens the slot with streaming of transactions in progress; `use` is what lies on the disk, `seen` what did in all. */
  openStreamed(
    more?: Partial<ChangeSourceOptions> & { bytesMax?: number },
  ): Promise<ChangeSource & { use: Use; seen: { transactions: number } }>;
  /** Another slot, from here on. */
  addSlot(): Promise<string>;
  /** What lies in the folders of all sessions. */
  spooled(): Promise<string[]>;
};

/** The server streams as soon as it has 64 kB of a transaction, or with `immediately` after every change. */
export async function openStreamedSource(
  setup: string,
  { immediately = false }: { immediately?: boolean } = {},
): Promise<StreamedSource> {
  const source = await openTestSource(setup);
  const { database } = source.connection;
  await source.db.query(`ALTER DATABASE ${database} SET logical_decoding_work_mem = '64kB'`);
  if (immediately)
    await source.db.query(`ALTER DATABASE ${database} SET debug_logical_replication_streaming = 'immediate'`);
  const folder = join(tmpdir(), `philotes-streamed-${database}`);
  return {
    ...source,
    async openStreamed({ bytesMax = 2 ** 30, ...more } = {}) {
      const use: Use = { bytes: 0, transactions: 0 };
      const seen = { transactions: 0 };
      const onUse = (now: Use) => {
        seen.transactions += Math.max(0, now.transactions - use.transactions);
        Object.assign(use, now);
      };
      const opened = await source.open({
        inProgress: { folder: join(folder, randomUUID()), bytesMax, onUse },
        ...more,
      });
      return Object.assign(opened, { use, seen });
    },
    async addSlot() {
      const slot = `slot_${randomUUID().replaceAll('-', '')}`;
      await using session = await openSourceSession(source.connection, { applicationName: 'test setup' });
      await createSlot(session.client, { slot });
      return slot;
    },
    spooled: async () =>
      (await readdir(folder, { recursive: true }).catch(() => [])).filter((name) => name.includes('/')),
    async [Symbol.asyncDispose]() {
      await source[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Rows in the order of their changes, up to and with the one that `isLast`. */
export async function rowsUntil(source: ChangeSource, isLast: (row: ReturnType<typeof parseRows>[number]) => boolean) {
  const segments = await readUntil(source, (all) => all.at(-1)?.complete === true && parseRows(all).some(isLast));
  return parseRows(segments).toSorted((a, b) => (a.lsn === b.lsn ? a.ordinal - b.ordinal : a.lsn < b.lsn ? -1 : 1));
}
