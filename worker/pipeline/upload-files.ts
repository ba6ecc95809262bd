import { randomUUID } from 'node:crypto';
import type { DataFile, WrittenFile } from '@/server/domain/iceberg/data-file.ts';
import { failpoint } from '@/server/platform/failpoint.ts';
import type { Lake } from './lake.ts';
import type { LakeTarget } from './lake-targets.ts';

type UploadContext = { readonly lake: Lake; readonly signal: AbortSignal };

/** Uploads the data files of one lake table. */
export async function uploadAll(
  context: UploadContext,
  { target, written }: { target: Pick<LakeTarget, 'loaded'>; written: readonly WrittenFile[] },
): Promise<DataFile[]> {
  return Promise.all(written.map((file) => toDataFile(context, { target, file, content: 'data' })));
}

/** Uploads a written file and says what a manifest will say of it. */
export async function toDataFile(
  { lake, signal }: UploadContext,
  options: {
    target: Pick<LakeTarget, 'loaded'>;
    file: WrittenFile & { readonly referencedDataFile?: string };
    content: DataFile['content'];
  },
): Promise<DataFile> {
  const { target, file, content } = options;
  const { rows, bytes, metrics, referencedDataFile } = file;
  const kind = content === 'data' ? '' : '-deletes';
  const path = `${target.loaded.metadata.location}/data/${randomUUID()}${kind}.parquet`;
  await failpoint('files-written');
  await lake.storage.upload(file.localPath, path, { signal });
  return { content, path, rows, bytes, metrics, ...(referencedDataFile === undefined ? {} : { referencedDataFile }) };
}
