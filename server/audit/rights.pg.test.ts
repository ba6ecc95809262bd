import { describe, expect, it } from 'vitest';
import { createDestination } from '@/server/destinations/create-destination.ts';
import { deleteDestination } from '@/server/destinations/delete-destination.ts';
import { deletePipeline } from '@/server/pipelines/delete-pipeline.ts';
import { startPipeline } from '@/server/pipelines/start-pipeline.ts';
import { stopPipeline } from '@/server/pipelines/stop-pipeline.ts';
import { updatePipeline } from '@/server/pipelines/update-pipeline.ts';
import { createSource } from '@/server/sources/create-source.ts';
import { deleteSource } from '@/server/sources/delete-source.ts';
import { listSources } from '@/server/sources/list-sources.ts';
import { updateSource } from '@/server/sources/update-source.ts';
import { auditOf, openWithPipeline, SOURCE, viewer } from '@/server/testing/open-control.ts';

describe('rights', () => {
  it('are checked before anything else, and a refusal is on record', async () => {
    await using control = await openWithPipeline();
    const { deps, pipeline, source, destination } = control;
    const attempts = [
      createSource(deps, viewer, SOURCE),
      updateSource(deps, viewer, { id: source.id }),
      deleteSource(deps, viewer, source),
      createDestination(deps, viewer, { name: 'x' }),
      deleteDestination(deps, viewer, destination),
      updatePipeline(deps, viewer, { id: pipeline.id }),
      startPipeline(deps, viewer, pipeline),
      stopPipeline(deps, viewer, pipeline),
      deletePipeline(deps, viewer, pipeline),
    ];
    for (const attempt of await Promise.allSettled(attempts)) {
      expect(attempt).toMatchObject({ status: 'rejected', reason: { code: 'FORBIDDEN' } });
    }
    const log = await auditOf(control);
    expect(log.filter((line) => line.startsWith('member:mem_v ') && line.endsWith('.refused'))).toHaveLength(9);
    expect((await listSources(deps, viewer)).items).toHaveLength(1);
  });

  it('leave a log that cannot be changed', async () => {
    await using control = await openWithPipeline();
    await expect(control.query('delete from audit_entry')).rejects.toThrow(/append-only/);
    await expect(control.query(`update audit_entry set actor = 'x'`)).rejects.toThrow(/append-only/);
    await expect(control.query('truncate audit_entry')).rejects.toThrow(/append-only/);
  });
});
