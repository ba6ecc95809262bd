import type { Pool } from 'pg';
import { readPipelineStatus } from '@/db/queries/read-pipeline-status.ts';
import { readTableStatusOf } from '@/db/queries/read-table-status.ts';
import { pipelineSummary, tableStatus } from '@/server/pipelines/pipeline-status.ts';
import type { PipelineSummary } from '@/server/pipelines/pipeline-view.ts';
import { definitionChanges, type Look, pipelineChanges, tableChanges, testChanges } from './changes.ts';
import type { Happening } from './event.ts';

/** Looks at our database again and again, and tells what is different. */
export type Watcher = {
  /** What happened since the last look. The first one finds nothing: it only remembers. */
  look(): Promise<Happening[]>;
};

export function createWatcher(pool: Pool): Watcher {
  let last: Look | null = null;
  return {
    async look() {
      const before = last;
      const pipelines = new Map((await readPipelineStatus(pool, null)).map((row) => [row.id, pipelineSummary(row)]));
      const changes = before ? pipelineChanges(before.pipelines, pipelines) : [];
      const touched = before ? touchedBy(changes, pipelines) : new Set(pipelines.keys());
      const tables = await readTables(pool, touched);
      const { sources, destinations } = await readDefinitions(pool);
      const tests = await readTests(pool);
      const kept = [...(before?.tables ?? [])].filter(([, { pipelineId }]) => !touched.has(pipelineId));
      last = { pipelines, tables: new Map([...kept, ...tables]), sources, destinations, tests };
      if (!before) return [];
      return [
        ...changes,
        ...tableChanges(before.tables, tables, touched),
        ...definitionChanges('source', before.sources, sources),
        ...definitionChanges('destination', before.destinations, destinations),
        ...testChanges(before.tests, tests),
      ];
    },
  };
}

/** Whose tables may have changed: those of pipelines that did, and of copies, whose progress the summary does not show. */
function touchedBy(changes: readonly Happening[], pipelines: ReadonlyMap<string, PipelineSummary>): Set<string> {
  const touched = new Set(changes.flatMap((change) => (change.name === 'pipeline' ? [change.data.id] : [])));
  for (const [id, { state }] of pipelines) if (state === 'starting' || state === 'copying') touched.add(id);
  return touched;
}

async function readTables(pool: Pool, pipelineIds: ReadonlySet<string>): Promise<Look['tables']> {
  if (pipelineIds.size === 0) return new Map();
  const rows = await readTableStatusOf(pool, [...pipelineIds]);
  return new Map(rows.map((row) => [row.id, { pipelineId: row.pipeline_id, status: tableStatus(row) }]));
}

async function readDefinitions(pool: Pool): Promise<Pick<Look, 'sources' | 'destinations'>> {
  const { rows } = await pool.query<{ kind: 'source' | 'destination'; id: string; version: string }>(/* sql */ `
    select 'source' as kind, id, version::text from source union all select 'destination', id, version::text from destination`);
  const of = (kind: string) => new Map(rows.filter((row) => row.kind === kind).map(({ id, version }) => [id, version]));
  return { sources: of('source'), destinations: of('destination') };
}

async function readTests(pool: Pool): Promise<Look['tests']> {
  const { rows } = await pool.query<{ id: string; state: string; asked_by: string; kind: string }>(
    `select id, state, asked_by, kind from inquiry where kind <> 'lake' and expires_at > now()`,
  );
  return new Map(rows.map(({ id, state, asked_by, kind }) => [id, { state, askedBy: asked_by, kind }]));
}
