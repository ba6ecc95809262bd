import { openFileStorage } from './file-storage.ts';
import { openS3Storage, type S3Settings } from './s3-storage.ts';
import type { Storage } from './storage.ts';

export type StorageConfig =
  /** `root`: an absolute folder; nothing outside it can be read or written. */
  { readonly kind: 'file'; readonly root: string } | ({ readonly kind: 's3' } & S3Settings);

/** Opens the store of a destination. Connects lazily: a wrong address or key shows at the first use. */
export function openStorage(config: StorageConfig): Storage & AsyncDisposable {
  return config.kind === 'file' ? openFileStorage(config.root) : openS3Storage(config);
}
