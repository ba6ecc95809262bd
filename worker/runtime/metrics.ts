import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What a worker counts. Labels are few: pipeline ids, error codes, queue names; never tables or values. */
export type WorkerMetrics = {
  readonly capturedRows: Counter<'pipeline'>;
  /** Uncompressed bytes of row blocks. */
  readonly capturedBytes: Counter<'pipeline'>;
  readonly capturedTransactions: Counter<'pipeline'>;
  readonly commitSeconds: Histogram<'pipeline'>;
  readonly committedRows: Counter<'pipeline'>;
  /** Bytes of data and delete files. */
  readonly committedBytes: Counter<'pipeline'>;
  readonly copiedRows: Counter<'pipeline'>;
  /** Rows of the source that were compared with the lake. */
  readonly verifiedRows: Counter<'pipeline'>;
  /** Key ranges whose lake was found to differ. */
  readonly differingRanges: Counter<'pipeline'>;
  /** What lies on this worker's disk of transactions that the source has not committed yet. */
  readonly inProgressBytes: Gauge<'pipeline'>;
  readonly inProgressTransactions: Gauge<'pipeline'>;
  readonly errors: Counter<'code'>;
  readonly queueJobs: Gauge<'queue'>;
};

const COMMIT_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Registers all of a worker's metrics. */
export function createMetrics(registry: Registry): WorkerMetrics {
  const registers = [registry];
  const counter = <Label extends string>(name: string, help: string, label: Label): Counter<Label> =>
    new Counter({ name: `philotes_${name}`, help, labelNames: [label], registers });
  const gauge = <Label extends string>(name: string, help: string, label: Label): Gauge<Label> =>
    new Gauge({ name: `philotes_${name}`, help, labelNames: [label], registers });
  return {
    capturedRows: counter('captured_rows_total', 'Changes stored in the buffer', 'pipeline'),
    capturedBytes: counter('captured_bytes_total', 'Uncompressed bytes of changes stored in the buffer', 'pipeline'),
    capturedTransactions: counter('captured_transactions_total', 'Transactions stored in the buffer', 'pipeline'),
    commitSeconds: new Histogram({
      name: 'philotes_commit_seconds',
      help: 'From taking a batch to having settled it',
      labelNames: ['pipeline'],
      buckets: COMMIT_SECONDS,
      registers,
    }),
    committedRows: counter('committed_rows_total', 'Changes settled in the lake', 'pipeline'),
    committedBytes: counter('committed_bytes_total', 'Bytes of files added to lake tables', 'pipeline'),
    copiedRows: counter('copied_rows_total', 'Rows staged by table copies', 'pipeline'),
    verifiedRows: counter('verified_rows_total', 'Rows of the source compared with the lake', 'pipeline'),
    differingRanges: counter('differing_ranges_total', 'Key ranges found to differ from the source', 'pipeline'),
    errors: counter('errors_total', 'Failures by code', 'code'),
    inProgressBytes: gauge('in_progress_bytes', 'Kept on disk of transactions that have not committed', 'pipeline'),
    inProgressTransactions: gauge(
      'in_progress_transactions',
      'Transactions kept on disk that have not committed',
      'pipeline',
    ),
    queueJobs: gauge('queue_jobs', 'Jobs that wait in a queue', 'queue'),
  };
}
