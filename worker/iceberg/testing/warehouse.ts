import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataFile, FileMetrics } from '@/server/domain/iceberg/data-file.ts';
import type { Schema } from '@/server/domain/iceberg/schema.ts';
import { openStorage } from '@/worker/storage/open-storage.ts';
import type { Storage } from '@/worker/storage/storage.ts';
import { createManifestReader, type ManifestReader } from '../manifest-cache.ts';

export type Warehouse = AsyncDisposable & {
  readonly root: string;
  readonly folder: string;
  readonly storage: Storage;
  readonly reader: ManifestReader;
};

/** A file warehouse that is gone after the test. */
export async function openWarehouse(): Promise<Warehouse> {
  const folder = await mkdtemp(join(tmpdir(), 'philotes-lake-'));
  const storage = openStorage({ kind: 'file', root: folder });
  return {
    folder,
    root: `file://${folder}`,
    storage,
    reader: createManifestReader(storage),
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true });
    },
  };
}

export const NO_METRICS: FileMetrics = {
  columnSizes: new Map(),
  valueCounts: new Map(),
  nullCounts: new Map(),
  nanCounts: new Map(),
  lowerBounds: new Map(),
  upperBounds: new Map(),
  splitOffsets: [],
};

/** A data file as far as manifests care: nothing needs to lie at its path. */
export const dataFile = (path: string, rows = 10): DataFile => ({
  content: 'data',
  path,
  rows,
  bytes: rows * 100,
  metrics: NO_METRICS,
});

export const ID_SCHEMA: Schema = {
  type: 'struct',
  'schema-id': 0,
  'identifier-field-ids': [1],
  fields: [
    { id: 1, name: 'id', required: true, type: 'long' },
    { id: 2, name: 'name', required: false, type: 'string' },
  ],
};
