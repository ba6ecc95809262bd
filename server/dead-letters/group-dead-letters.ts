import * as z from 'zod';
import { readLetterGroups } from '@/db/queries/read-letter-groups.ts';
import { type Actor, authorize } from '@/server/auth/actor.ts';
import type { ControlDeps } from '@/server/control-deps.ts';
import { parseInput } from '@/server/errors/parse-input.ts';
import { resourceId } from '@/server/platform/resource-id.ts';

export const groupDeadLettersInput = z.strictObject({
  pipelineId: resourceId.optional().describe('All pipelines when left out'),
});

/** Dead letters that share table, column and reason. */
export const DeadLetterGroupView = z
  .object({
    pipelineId: z.string(),
    pipelineName: z.string(),
    tableId: z.number().int(),
    source: z.string().describe('schema.table'),
    lakeName: z.string(),
    reason: z.string(),
    column: z.string().nullable(),
    open: z.number().int().describe('Not dealt with, those included whose replay was asked for'),
    total: z.number().int(),
    firstAt: z.iso.datetime(),
    lastAt: z.iso.datetime(),
    trend: z.array(z.number().int()).describe('How many came in each of the last 24 hours, the present one last'),
  })
  .meta({ id: 'DeadLetterGroup' });
export type DeadLetterGroup = z.output<typeof DeadLetterGroupView>;

export const DeadLetterGroupsView = z.object({ items: z.array(DeadLetterGroupView) }).meta({ id: 'DeadLetterGroups' });

const TREND_HOURS = 24;

/** What went wrong where and how often; groups with the most open ones first, at most 500. */
export async function groupDeadLetters(
  { database }: Pick<ControlDeps, 'database'>,
  actor: Actor,
  input: z.input<typeof groupDeadLettersInput>,
): Promise<{ items: DeadLetterGroup[] }> {
  authorize(actor, 'dead-letter:read');
  const { pipelineId = null } = parseInput(groupDeadLettersInput, input);
  const rows = await readLetterGroups(database.pool, { pipelineId, hours: TREND_HOURS });
  return {
    items: rows.map(({ hourly, first_at, last_at, ...row }) => ({
      pipelineId: row.pipeline_id,
      pipelineName: row.pipeline_name,
      tableId: row.table_id,
      source: row.source,
      lakeName: row.lake_name,
      reason: row.reason,
      column: row.column_name,
      open: row.open,
      total: row.total,
      firstAt: first_at.toISOString(),
      lastAt: last_at.toISOString(),
      trend: Array.from({ length: TREND_HOURS }, (_, hour) => hourly[String(TREND_HOURS - 1 - hour)] ?? 0),
    })),
  };
}
