import { type Philotes, ProblemError } from '@/packages/client/client.ts';
import type { Change } from './change.ts';
import type { PresentPipeline } from './plan-pipeline.ts';
import type { PipelineSpec } from './resource-schemas.ts';
import { nameOf } from './table-steps.ts';

type Look = {
  readonly source: { readonly id: string; readonly name: string };
  readonly spec: PipelineSpec;
  readonly present: PresentPipeline | undefined;
};

/**
 * Refuses tables that the source does not have before anything is made; of a pipeline that is made and started, whatever would
 * prevent the start. A source that does not answer is told as a note, unless it is to be started from.
 */
export async function lookAtSource(
  philotes: Philotes,
  change: Change,
  { source, spec, present }: Look,
): Promise<Change> {
  const known = new Set(present?.tables.map(nameOf));
  const tables = spec.tables.filter((table) => !known.has(nameOf(table)));
  if (change.obstacle !== undefined || tables.length === 0) return change;
  const starts = present === undefined && (spec.state === 'running' || spec.state === 'paused');
  const asked = tables.map(({ schema, table, mirror, changelog, where }) => ({
    schema,
    table,
    mode: mirror && changelog ? ('both' as const) : mirror ? ('mirror' as const) : ('changelog' as const),
    where,
  }));
  try {
    const { data } = await philotes.POST('/sources/{id}/preflight', {
      params: { path: { id: source.id } },
      body: { tables: asked },
    });
    const found = data?.items.find(
      ({ code, severity }) => severity === 'error' && (starts || code === 'table_missing'),
    );
    return found ? { ...change, obstacle: `${found.subject}: ${found.message} ${found.remedy}` } : change;
  } catch (error) {
    if (!(error instanceof ProblemError) || !error.code.startsWith('SOURCE_')) throw error;
    const reason = `source ${source.name}: ${error.problem.detail}`;
    return starts ? { ...change, obstacle: reason } : { ...change, notes: [`tables are not checked: ${reason}`] };
  }
}
