import * as z from 'zod';
import { type CommittedRow, readCommittedTotals } from '@/db/queries/read-samples.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import type { PipelineSparklines } from './metrics-view.ts';
import { rate } from './series.ts';

export const pipelineSparklinesInput = z.strictObject({});

const MINUTES = 30;

/** What reached the lake lately, for the lists of pipelines. */
export async function pipelineSparklines(
  { database: { pool } }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof pipelineSparklinesInput>,
): Promise<PipelineSparklines> {
  authorize(actor, 'pipeline:read');
  parseInput(pipelineSparklinesInput, input);
  const to = Math.floor(Date.now() / 60_000) * 60;
  const from = to - MINUTES * 60;
  const at = Array.from({ length: MINUTES }, (_, index) => from + (index + 1) * 60);
  const axis = { from, to, at, seconds: MINUTES * 60, sampleSeconds: 60, stepSeconds: 60 };
  const byPipeline = new Map<string, CommittedRow[]>();
  for (const row of await readCommittedTotals(pool, { from, to })) {
    const rows = byPipeline.get(row.pipeline_id);
    if (rows) rows.push(row);
    else byPipeline.set(row.pipeline_id, [row]);
  }
  const pipelines = Object.fromEntries(
    [...byPipeline].map(([id, rows]) => [id, rate(axis, rows, (row) => row.committed_rows)]),
  );
  return { stepSeconds: 60, at, pipelines };
}
