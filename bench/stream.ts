import { setTimeout as delay } from 'node:timers/promises';
import { parseLsn } from '@/server/domain/lsn.ts';
import { publicationName, slotName } from '@/server/domain/names.ts';
import { drainSlot } from './drain-raw.ts';
import { createLineitem, makeChanges } from './lineitem.ts';
import type { Bench } from './open-bench.ts';
import type { BenchOptions } from './options.ts';
import { createLinePipeline, type Mode, start, stop, untilCommitted, untilLive } from './pipelines.ts';
import { measure, type Round, report } from './report.ts';

const HOT_KEYS = 1_000;
const LIMIT_SLOT = 'bench_limit';

/**
 * Changes that wait in the write-ahead log, from connect to the last commit, beside a raw drain of a copied slot. Or, live,
 * changes that pipelines read while they are made, from the source's last commit to ours.
 */
export async function benchStream(bench: Bench, options: BenchOptions): Promise<void> {
  const { copyRows, changes, runs, modes, oneTransaction, hot, live, inProgressMib } = options;
  await createLineitem(bench.source, { rows: copyRows, texts: 'plain' });
  const pipelines: { mode: Mode; id: string; rounds: Round[] }[] = [];
  for (const mode of modes) {
    const id = await createLinePipeline(bench, { name: `stream_${mode}`, mode, inProgressMib });
    await start(bench, id);
    await untilLive(bench, id);
    if (!live) await stop(bench, id);
    pipelines.push({ mode, id, rounds: [] });
  }
  const first = pipelines[0];
  if (!first) return;
  const perTransaction = oneTransaction ? changes : 1_000;
  let firstId = copyRows + 1;
  for (let run = 0; run < runs; run++) {
    const lsn = await makeChanges(bench.source, {
      changes,
      perTransaction,
      copiedRows: copyRows,
      firstId,
      hotKeys: hot ? HOT_KEYS : null,
    });
    firstId += Math.ceil(changes / 2);
    for (const { mode, id, rounds } of pipelines) {
      const limitSeconds = live ? 0 : await limit(bench, { id, transactions: Math.ceil(changes / perTransaction) });
      const measured = await measure(bench, async () => {
        if (!live) await start(bench, id);
        await untilCommitted(bench, id, lsn);
      });
      if (!live) await stop(bench, id);
      rounds.push({ ...measured, limitSeconds });
      process.stderr.write(`${mode} ${JSON.stringify({ ...measured, limitSeconds })}\n`);
    }
  }
  const name = [
    'stream',
    ...(hot ? ['--hot'] : []),
    ...(oneTransaction ? ['--one-transaction'] : []),
    ...(live ? ['--live'] : []),
    ...(inProgressMib === null ? [] : [`--in-progress ${inProgressMib}`]),
  ].join(' ');
  for (const { mode, rounds } of pipelines) report({ bench: name, mode, rows: changes }, rounds);
}

/** Drains a copy of the pipeline's slot, so that the pipeline finds its own untouched. */
async function limit(
  { source, connection }: Bench,
  { id, transactions }: { id: string; transactions: number },
): Promise<number> {
  await source.query('select pg_copy_logical_replication_slot($1, $2, false)', [slotName(id), LIMIT_SLOT]);
  const { rows } = await source.query<{ from_lsn: string }>(
    'select confirmed_flush_lsn::text as from_lsn from pg_replication_slots where slot_name = $1',
    [LIMIT_SLOT],
  );
  const seconds = await drainSlot(connection, {
    slot: LIMIT_SLOT,
    publication: publicationName(id),
    startLsn: parseLsn(rows[0]?.from_lsn ?? ''),
    transactions,
  });
  // The server takes a moment to notice that the reader has gone.
  while (!(await dropped(source))) await delay(20);
  return seconds;
}

async function dropped(source: Bench['source']): Promise<boolean> {
  const { rowCount } = await source.query(
    'select pg_drop_replication_slot(slot_name) from pg_replication_slots where slot_name = $1 and not active',
    [LIMIT_SLOT],
  );
  return rowCount === 1;
}
