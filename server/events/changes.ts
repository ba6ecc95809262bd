import type { PipelineSummary, TableStatus } from '@/server/pipelines/pipeline-view.ts';
import type { Happening } from './event.ts';

/** What one look at our database saw, keyed by id. */
export type Look = {
  readonly pipelines: ReadonlyMap<string, PipelineSummary>;
  /** Of the pipelines whose tables were read. */
  readonly tables: ReadonlyMap<number, { readonly pipelineId: string; readonly status: TableStatus }>;
  /** Version by id. */
  readonly sources: ReadonlyMap<string, string>;
  readonly destinations: ReadonlyMap<string, string>;
  readonly tests: ReadonlyMap<string, { readonly state: string; readonly askedBy: string; readonly kind: string }>;
};

/** The top-level fields of `now` that differ; null when none does. */
export function changedFields<Thing extends object>(before: Thing | undefined, now: Thing): Partial<Thing> | null {
  if (before === undefined) return now;
  const differing = Object.entries(now).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(Reflect.get(before, name)),
  );
  return differing.length === 0 ? null : (Object.fromEntries(differing) as Partial<Thing>);
}

/** What happened to pipelines between two looks. */
export function pipelineChanges(before: Look['pipelines'], now: Look['pipelines']): Happening[] {
  const happenings: Happening[] = [];
  for (const [id, present] of now) {
    const past = before.get(id);
    const changed = changedFields(past && coarse(past), coarse(present));
    if (changed === null) continue;
    happenings.push({ name: 'pipeline', scope: 'pipeline:read', data: { id, changed: withFigures(changed, present) } });
    if (past && past.position?.committedAt !== present.position?.committedAt) {
      happenings.push({ name: 'commit', scope: 'pipeline:read', data: { pipelineId: id } });
    }
    if (past && past.deadLettersOpen !== present.deadLettersOpen) {
      const data = { pipelineId: id, open: present.deadLettersOpen };
      happenings.push({ name: 'dead-letter', scope: 'dead-letter:read', data });
    }
  }
  for (const id of before.keys()) {
    if (now.has(id)) continue;
    happenings.push({ name: 'pipeline', scope: 'pipeline:read', data: { id, changed: {}, removed: true } });
  }
  return happenings;
}

/** Freshness of something that stands still grows all the time; that is told less and less often. */
function coarse(summary: PipelineSummary): PipelineSummary {
  const { freshnessSeconds } = summary;
  if (freshnessSeconds === null) return summary;
  const stepS = freshnessSeconds < 60 ? 1 : freshnessSeconds < 600 ? 10 : 60;
  return { ...summary, freshnessSeconds: Math.floor(freshnessSeconds / stepS) * stepS };
}

/** Goes out exactly, although coarse figures decided that it does. */
const withFigures = (changed: Partial<PipelineSummary>, present: PipelineSummary): Partial<PipelineSummary> => ({
  ...changed,
  freshnessSeconds: present.freshnessSeconds,
});

/** What happened to the tables of `pipelineIds`, the only ones that were read this time. */
export function tableChanges(
  before: Look['tables'],
  now: Look['tables'],
  pipelineIds: ReadonlySet<string>,
): Happening[] {
  const happenings: Happening[] = [];
  for (const [id, { pipelineId, status }] of now) {
    const changed = changedFields(before.get(id)?.status, status);
    if (changed) happenings.push({ name: 'table', scope: 'pipeline:read', data: { pipelineId, id, changed } });
  }
  for (const [id, { pipelineId }] of before) {
    if (now.has(id) || !pipelineIds.has(pipelineId)) continue;
    happenings.push({ name: 'table', scope: 'pipeline:read', data: { pipelineId, id, changed: {}, removed: true } });
  }
  return happenings;
}

/** Definitions are read again whole: they change rarely. */
export function definitionChanges(
  name: 'source' | 'destination',
  before: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): Happening[] {
  const scope = `${name}:read` as const;
  const changed = [...now].filter(([id, version]) => before.get(id) !== version);
  const removed = [...before.keys()].filter((id) => !now.has(id));
  return [
    ...changed.map(([id]): Happening => ({ name, scope, data: { id } })),
    ...removed.map((id): Happening => ({ name, scope, data: { id, removed: true } })),
  ];
}

/** A connection test concerns nobody but the person who asked for it. */
export function testChanges(before: Look['tests'], now: Look['tests']): Happening[] {
  return [...now]
    .filter(([id, { state }]) => before.get(id)?.state !== state)
    .map(([id, { state, askedBy, kind }]) => ({
      name: 'connection-test',
      scope: kind === 'source-test' ? 'source:write' : 'destination:write',
      only: askedBy,
      data: { id, state },
    }));
}
