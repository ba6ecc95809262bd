import { drainCopy } from './drain-raw.ts';
import { createLineitem } from './lineitem.ts';
import type { Bench } from './open-bench.ts';
import type { BenchOptions } from './options.ts';
import { createLinePipeline, start, stop, untilLive } from './pipelines.ts';
import { measure, type Round, report } from './report.ts';

/** The table copy, from the start of a new pipeline until its snapshot is committed, beside one raw COPY. */
export async function benchCopy(bench: Bench, options: BenchOptions): Promise<void> {
  const { copyRows, runs, dirty, modes } = options;
  await createLineitem(bench.source, { rows: copyRows, texts: dirty ? 'dirty' : 'plain' });
  const rounds = new Map(modes.map((mode) => [mode, [] as Round[]]));
  for (let run = 0; run < runs; run++) {
    for (const mode of modes) {
      const limitSeconds = await drainCopy(bench.connection);
      const id = await createLinePipeline(bench, { name: `copy_${mode}_${run}`, mode });
      const measured = await measure(bench, async () => {
        await start(bench, id);
        await untilLive(bench, id);
      });
      await stop(bench, id);
      await dropSlots(bench);
      rounds.get(mode)?.push({ ...measured, limitSeconds });
      process.stderr.write(`${mode} ${JSON.stringify({ ...measured, limitSeconds })}\n`);
    }
  }
  for (const [mode, all] of rounds) report({ bench: dirty ? 'copy --dirty' : 'copy', mode, rows: copyRows }, all);
}

/** A stopped pipeline's slot would keep all WAL that follows. */
async function dropSlots({ source }: Bench): Promise<void> {
  await source.query(`select pg_drop_replication_slot(slot_name) from pg_replication_slots where not active`);
}
