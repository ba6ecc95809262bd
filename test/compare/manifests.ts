import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { avroMetadata } from 'icebird/src/avro/avro.metadata.js';
import { avroRead } from 'icebird/src/avro/avro.read.js';
import * as z from 'zod';
import type { LakeFile } from './iceberg-types.ts';

const listEntry = z.object({ manifest_path: z.string(), sequence_number: z.bigint() });
const manifestEntry = z.object({
  status: z.number(),
  sequence_number: z.bigint().optional(),
  data_file: z.object({
    content: z.number(),
    file_path: z.string(),
    file_format: z.string(),
    record_count: z.bigint(),
  }),
});

const DELETED = 2;

/** The live files that a manifest list leads to, with the sequence numbers they inherit (spec: Sequence Number Inheritance). */
export async function readManifests(manifestList: string): Promise<LakeFile[]> {
  const files: LakeFile[] = [];
  for (const manifest of z.array(listEntry).parse(await readAvro(manifestList))) {
    for (const entry of z.array(manifestEntry).parse(await readAvro(manifest.manifest_path))) {
      if (entry.status === DELETED) continue;
      const { file_path, file_format, record_count, content } = entry.data_file;
      if (file_format.toUpperCase() !== 'PARQUET') throw new Error(`${file_path}: cannot read ${file_format}`);
      files.push({
        path: file_path,
        content: contentOf(content),
        rows: record_count,
        sequenceNumber: entry.sequence_number ?? manifest.sequence_number,
      });
    }
  }
  return files;
}

/** Where a `file://` location is on this machine. */
export const localPath = (location: string): string =>
  location.startsWith('file:') ? fileURLToPath(location.replace(/^file:\/*/, 'file:///')) : location;

async function readAvro(location: string): Promise<unknown[]> {
  const bytes = await readFile(localPath(location));
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  return avroRead({ reader, ...avroMetadata(reader) });
}

function contentOf(content: number): LakeFile['content'] {
  if (content === 0) return 'data';
  if (content === 1) return 'position-deletes';
  throw new Error('equality deletes are not read here');
}
