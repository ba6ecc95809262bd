/** What a person may tune on a pipeline. Units are in the names; see DEFAULT_PIPELINE_SETTINGS for what is sensible. */
export type PipelineSettings = {
  /** A commit closes at whichever limit comes first. Age is measured from the first change that waits. */
  readonly batchRowsMax: number;
  readonly batchBytesMax: number;
  readonly batchAgeMsMax: number;
  /** Capture stops reading when this much waits in the buffer, compressed. */
  readonly bufferBytesMax: number;
  /** Compressed bytes that one table may hold back before it needs a resync. */
  readonly spillBytesMax: number;
  /** Rows per part of a table copy, and parts copied at once. */
  readonly copyChunkRows: number;
  readonly copyChunksAtOnce: number;
  /** How often a message is written to the source's log, so that an idle database moves the slot on; 0 for never. */
  readonly heartbeatSeconds: number;
  /**
   * Room on the disk of the worker that captures, for large transactions of the source that are read before they commit; 0
   * reads each after its commit.
   */
  readonly inProgressBytesMax: number;
};

export const DEFAULT_PIPELINE_SETTINGS: PipelineSettings = {
  batchRowsMax: 200_000,
  batchBytesMax: 256 * 1024 * 1024,
  batchAgeMsMax: 2_000,
  bufferBytesMax: 4 * 1024 * 1024 * 1024,
  spillBytesMax: 2 * 1024 * 1024 * 1024,
  copyChunkRows: 500_000,
  copyChunksAtOnce: 2,
  heartbeatSeconds: 0,
  inProgressBytesMax: 4 * 1024 * 1024 * 1024,
};
