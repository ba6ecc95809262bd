import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyUpdates } from '@/server/domain/iceberg/apply-updates.ts';
import type { DataFile } from '@/server/domain/iceberg/data-file.ts';
import { currentSnapshot, type TableMetadata } from '@/server/domain/iceberg/metadata.ts';
import { newTableMetadata } from '@/server/domain/iceberg/new-table.ts';
import { liveFiles } from './live-files.ts';
import { isLive } from './manifest.ts';
import { createManifestReader } from './manifest-cache.ts';
import { stageSnapshot } from './stage-snapshot.ts';
import type { TableChanges } from './table-changes.ts';
import { dataFile, ID_SCHEMA, NO_METRICS, openWarehouse, type Warehouse } from './testing/warehouse.ts';

const LIMITS = { manifestsMax: 4, manifestBytesMax: 64 * 1024 };

const newTable = (location: string): TableMetadata =>
  newTableMetadata({
    uuid: 'f79c3e09-677c-4bbd-a479-3f349cb785e7',
    location,
    schema: ID_SCHEMA,
    properties: { 'format-version': '2' },
    nowMs: 1n,
  });

/** Stages and applies one snapshot as the catalog would. */
async function step(lake: Warehouse, metadata: TableMetadata, changes: Partial<TableChanges>): Promise<TableMetadata> {
  const { snapshot } = await stageSnapshot({
    ...lake,
    metadata,
    schema: ID_SCHEMA,
    changes: { operation: 'overwrite', addDataFiles: [], addDeleteFiles: [], removePaths: new Set(), ...changes },
    properties: {},
    nowMs: 2,
    limits: LIMITS,
  });
  const id = snapshot['snapshot-id'];
  return applyUpdates({
    base: { metadata, location: 'file:///m.json' },
    updates: [
      { action: 'add-snapshot', snapshot },
      { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': id },
    ],
    nowMs: 2n,
  });
}

const deletesOf = (path: string): DataFile => ({
  content: 'position-deletes',
  path: `${path}-deletes`,
  rows: 1,
  bytes: 50,
  metrics: NO_METRICS,
  referencedDataFile: path,
});

describe('stageSnapshot', () => {
  it('keeps exactly the live files, each with the sequence number it came with, in few manifests', async () => {
    const steps = fc.array(fc.record({ add: fc.nat(3), remove: fc.nat(3), deletes: fc.boolean() }), {
      minLength: 1,
      maxLength: 25,
    });
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        await using lake = await openWarehouse();
        let metadata = newTable(`${lake.root}/t`);
        const expected = new Map<string, bigint>();
        let names = 0;
        for (const { add, remove, deletes } of script) {
          const removePaths = new Set([...expected.keys()].slice(0, remove));
          const addDataFiles = Array.from({ length: add }, () => dataFile(`file:///x/${names++}`));
          const addDeleteFiles = deletes && addDataFiles[0] ? [deletesOf(addDataFiles[0].path)] : [];
          metadata = await step(lake, metadata, { addDataFiles, addDeleteFiles, removePaths });
          for (const path of removePaths) expected.delete(path);
          for (const { path } of [...addDataFiles, ...addDeleteFiles])
            expected.set(path, metadata['last-sequence-number']);

          // A reader of its own, so that nothing comes from memory.
          const reader = createManifestReader(lake.storage);
          const live = await liveFiles({ metadata, reader });
          const found = [...live.data, ...live.deletes].map(({ file, sequenceNumber }) => [file.path, sequenceNumber]);
          expect(new Map(found as [string, bigint][])).toEqual(expected);
          expect(found).toHaveLength(expected.size);

          const snapshot = currentSnapshot(metadata);
          const manifests = await reader.manifests(snapshot?.['manifest-list'] ?? '');
          // One content can exceed the limit by those that this snapshot itself wrote.
          expect(manifests.length).toBeLessThanOrEqual(2 * (LIMITS.manifestsMax + 1));
          const rows = live.data.reduce((sum, { file }) => sum + file.rows, 0);
          expect(snapshot?.summary['total-records']).toBe(String(rows));
          expect(snapshot?.summary['total-delete-files']).toBe(String(live.deletes.length));
          for (const manifest of manifests) {
            const entries = await reader.entries(manifest);
            const sequences = entries.filter(isLive).map((entry) => entry.sequenceNumber);
            const [lowest] = [...sequences, manifest.sequenceNumber].sort((x, y) => Number(x - y));
            expect(manifest.minSequenceNumber).toBe(lowest);
            expect(manifest.bytes).toBe((await lake.storage.read(manifest.path)).length);
          }
        }
      }),
      { numRuns: 15 },
    );
  }, 60_000);

  it('refuses partitioned and version 3 tables', async () => {
    await using lake = await openWarehouse();
    const metadata = newTable(`${lake.root}/t`);
    const spec = {
      'spec-id': 0,
      fields: [{ 'source-id': 1, 'field-id': 1000, name: 'id_bucket', transform: 'bucket[4]' }],
    };
    for (const odd of [{ 'partition-specs': [spec] }, { 'format-version': 3 }]) {
      const staged = step(lake, { ...metadata, ...odd }, { addDataFiles: [dataFile('file:///x/1')] });
      await expect(staged).rejects.toMatchObject({ code: 'LAKE_TABLE_UNSUPPORTED' });
    }
  });
});
