import { SYSTEM_ACTOR } from '@/server/auth/actor.ts';
import { createPipeline } from '@/server/pipelines/create-pipeline.ts';
import { deletePipeline } from '@/server/pipelines/delete-pipeline.ts';
import { resyncTable } from '@/server/pipelines/resync-table.ts';
import { startPipeline } from '@/server/pipelines/start-pipeline.ts';
import { FAILPOINTS, type Failpoint } from '@/server/platform/failpoint.ts';
import type { Breakable } from '@/test/soak/open-breakable.ts';

export type Case = {
  readonly point: Failpoint;
  readonly how: 'kill' | 'stop';
  /** The point is passed this often before it fires. */
  readonly pass: number;
};

/** Points that the load alone leads past again and again: there the pass may vary. */
const STREAM: ReadonlySet<Failpoint> = new Set([
  'segment-received',
  'segment-appended',
  'segment-confirmed',
  'intent-stored',
  'files-written',
  'files-uploaded',
  'manifests-written',
  'commit-answered',
  'batch-committed',
  'batch-settled',
]);
/** Filters, dead letters, verifications, resyncs of whole pipelines and removals have crash tests of their own. */
const ELSEWHERE = /^(filter-|range-|replay-|resync-slot|resync-settled|removal-)/;
const PASSES = 5;

/** Every point, killed and frozen, in random order. */
export function casesOf(random: () => number): Case[] {
  return FAILPOINTS.filter((point) => !ELSEWHERE.test(point))
    .flatMap((point) =>
      (['kill', 'stop'] as const).map((how) => ({
        point,
        how,
        pass: STREAM.has(point) ? 1 + Math.floor(random() * PASSES) : 1,
      })),
    )
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

type Context = { readonly installation: Breakable; readonly pipelineId: string; readonly round: number };

/** Brings a worker past the point, where the load alone does not. Returns a further pipeline that must come to an end. */
export async function leadTo(point: Failpoint, context: Context): Promise<string | null> {
  const { installation, round } = context;
  if (STREAM.has(point)) return null;
  if (point === 'schema-evolved') {
    await installation.sql(
      `alter table evolving add column at_${round} int; update evolving set at_${round} = ${round}`,
    );
    return null;
  }
  if (point === 'slot-created') return startOther(context);
  if (point === 'teardown-begun' || point === 'source-released') {
    const id = await startOther(context);
    await deletePipeline(installation.control, SYSTEM_ACTOR, { id });
    return id;
  }
  await resync(context);
  return null;
}

async function startOther({ installation, round }: Context): Promise<string> {
  const { control, sourceId, destinationId } = installation;
  const name = `other_${round}`;
  const { id } = await createPipeline(control, SYSTEM_ACTOR, {
    name,
    sourceId,
    destinationId,
    namespace: name,
    tables: [{ schema: 'public', table: 'evolving', mirror: true, changelog: false }],
  });
  await startPipeline(control, SYSTEM_ACTOR, { id });
  return id;
}

async function resync({ installation, pipelineId }: Context): Promise<void> {
  const { rows } = await installation.database.pool.query<{ id: string }>(
    `select id from pipeline_table where pipeline_id = $1 and source_table = 'document'`,
    [pipelineId],
  );
  await resyncTable(installation.control, SYSTEM_ACTOR, { pipelineId, tableId: Number(rows[0]?.id) });
}
