/**
 * Column metrics of a written Parquet file, keyed by Iceberg field id (spec: Manifests, `data_file`). Bounds are
 * already in the single-value binary form of spec appendix D and truncated where the spec allows it.
 */
export type FileMetrics = {
  readonly columnSizes: ReadonlyMap<number, bigint>;
  readonly valueCounts: ReadonlyMap<number, bigint>;
  readonly nullCounts: ReadonlyMap<number, bigint>;
  readonly nanCounts: ReadonlyMap<number, bigint>;
  readonly lowerBounds: ReadonlyMap<number, Buffer>;
  readonly upperBounds: ReadonlyMap<number, Buffer>;
  /** Row-group start offsets, ascending. */
  readonly splitOffsets: readonly bigint[];
};

/** A Parquet file that exists on this machine and is not in any table yet. */
export type WrittenFile = {
  readonly localPath: string;
  readonly rows: number;
  readonly bytes: number;
  readonly metrics: FileMetrics;
};

/** A file of a table: what a manifest entry says of it. `path` is the full URI. */
export type DataFile = {
  readonly content: 'data' | 'position-deletes' | 'equality-deletes';
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly metrics: FileMetrics;
  /** Position deletes that hit one data file only name it here. */
  readonly referencedDataFile?: string;
  /** Equality deletes: the key's field ids. */
  readonly equalityFieldIds?: readonly number[];
};
