import { readdirSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import * as z from 'zod';
import type { Rule } from './judge.ts';
import type { Soak } from './open-soak.ts';
import { NAMESPACE, TABLES } from './workload.ts';

const MEGA = 1024 * 1024;

/** Snapshots are kept for so long (worker/iceberg/expire.ts): before, the files of a busy table can only become more. */
const SNAPSHOTS_KEPT_S = 15 * 60;

export type FigureName =
  | 'workerRssBytes'
  | 'workerHeapBytes'
  | 'workerFiles'
  | 'bufferBytes'
  | 'walRetainedBytes'
  | 'liveFiles'
  | 'lakeFiles'
  | 'workFiles';

/** What is sampled, and what counts as flat. `fromSeconds`: shorter runs show the figure and do not judge it. */
export const FIGURES: Readonly<Record<FigureName, Rule & { title: string; scale: number; fromSeconds?: number }>> = {
  workerRssBytes: { title: 'worker memory (RSS), MiB', scale: MEGA, allowance: 48 * MEGA },
  workerHeapBytes: { title: 'worker heap in use, MiB', scale: MEGA, allowance: 32 * MEGA },
  workerFiles: { title: 'files and sockets that the worker holds open', scale: 1, allowance: 16 },
  bufferBytes: { title: 'waiting in the buffer, MiB', scale: MEGA, allowance: 4 * MEGA },
  walRetainedBytes: { title: 'WAL that the source keeps for the slot, MiB', scale: MEGA, allowance: 24 * MEGA },
  liveFiles: { title: 'files that readers of the lake read', scale: 1, allowance: 40 },
  lakeFiles: { title: 'files in the warehouse', scale: 1, allowance: 200, fromSeconds: 1.9 * SNAPSHOTS_KEPT_S },
  workFiles: { title: 'files in the work folder', scale: 1, allowance: 16 },
};

export type Figures = Partial<Record<FigureName, number>>;

/** One look at everything; what does not answer at the moment (it may be down on purpose) is left out. */
export async function takeFigures(soak: Soak, pipelineId: string): Promise<Figures> {
  const pid = soak.worker.pid();
  const looks: Record<FigureName, () => number | Promise<number>> = {
    workerRssBytes: () => rssBytes(pid),
    workerHeapBytes: () => heapBytes(soak.workerUrl),
    workerFiles: () => readdirSync(`/proc/${pid}/fd`).length,
    bufferBytes: async () => {
      const { rows } = await soak.database.pool.query<{ bytes: string }>(
        'select buffer_bytes as bytes from position where pipeline_id = $1',
        [pipelineId],
      );
      return Number(rows[0]?.bytes);
    },
    walRetainedBytes: async () => {
      const [row] = await soak.sql<{ bytes: string }>(
        `select pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) as bytes from pg_replication_slots
          where slot_name = $1`,
        [soak.slotOf(pipelineId)],
      );
      return Number(row?.bytes);
    },
    liveFiles: () => liveFiles(soak),
    lakeFiles: async () => (await readdir(soak.warehouseDir, { recursive: true })).length,
    workFiles: async () => (await readdir(soak.workDir, { recursive: true })).length,
  };
  const names = Object.keys(looks) as FigureName[];
  const taken = await Promise.all(
    names.map(async (name) => {
      try {
        return [name, await looks[name]()] as const;
      } catch {
        return [name, Number.NaN] as const;
      }
    }),
  );
  return Object.fromEntries(taken.filter(([, value]) => Number.isFinite(value)));
}

function rssBytes(pid: number | undefined): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

/** JavaScript's objects and the buffers outside of its heap, as the worker exports them. */
async function heapBytes(workerUrl: string): Promise<number> {
  const response = await fetch(`${workerUrl}/metrics`, { signal: AbortSignal.timeout(5_000) });
  const text = await response.text();
  const metric = (name: string) => Number(new RegExp(`^philotes_worker_nodejs_${name} (.+)$`, 'm').exec(text)?.[1]);
  return metric('heap_size_used_bytes') + metric('external_memory_bytes');
}

const answer = z.object({
  metadata: z.object({
    snapshots: z.array(z.object({ summary: z.record(z.string(), z.string()) })).default([]),
  }),
});

/** Data and delete files of all current snapshots, by their summaries: a table's newest snapshot is its last. */
async function liveFiles({ catalogUrl, token }: Soak): Promise<number> {
  let files = 0;
  for (const table of TABLES.flatMap((name) => [name, `${name}_changelog`])) {
    const response = await fetch(`${catalogUrl}/v1/lake/namespaces/${NAMESPACE}/tables/${table}`, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(5_000),
    });
    const summary = answer.parse(await response.json()).metadata.snapshots.at(-1)?.summary ?? {};
    files += Number(summary['total-data-files'] ?? 0) + Number(summary['total-delete-files'] ?? 0);
  }
  return files;
}
