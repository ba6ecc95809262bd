/** A stored object as a listing shows it. */
export type StoredObject = { readonly uri: string; readonly bytes: number; readonly modifiedAtMs: number };

/**
 * The object store behind a warehouse. Files are addressed by full URI, written once under a name nobody else uses, and
 * never changed. Failures are AppErrors: STORAGE_FILE_MISSING, STORAGE_DENIED, STORAGE_UNREACHABLE, STORAGE_FULL, or
 * INVALID_INPUT for a URI that is not this store's.
 */
export interface Storage {
  /**
   * Stores a local file. Resolves only when it is durable and complete under `uri`. Repeating it is harmless. The local
   * file may be removed afterwards, but never written to again: a local store may keep it by a hard link.
   */
  upload(localPath: string, uri: string, options?: { signal?: AbortSignal }): Promise<void>;
  read(uri: string): Promise<Buffer>;
  /** Exactly `length` bytes; a file that ends before is STORAGE_FILE_MISSING. */
  readRange(uri: string, offset: number, length: number): Promise<Buffer>;
  /** As durable as `upload`, for small files made in memory. */
  write(uri: string, bytes: Uint8Array): Promise<void>;
  /** Removes files; those that are already gone are fine. */
  delete(uris: readonly string[]): Promise<void>;
  /** All objects whose URI starts with `prefix` (a folder, ending in `/`), in no particular order. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /**
   * Gives up uploads below `prefix` that were begun before `beforeMs` and never finished: no listing shows them, and they
   * are paid for. Returns how many; none where the store has no such thing or does not tell.
   */
  abandonUploads(prefix: string, beforeMs: number): Promise<number>;
  /** Where the file lies on this machine, for stores that are local; else null. */
  localPath(uri: string): string | null;
}
