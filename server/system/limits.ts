import { DEFAULT_PIPELINE_SETTINGS } from '@/server/domain/pipeline-settings.ts';
import type { SystemInfo } from './system-view.ts';

/** What a request or a pipeline may take here, in words. */
export const limitsOf = (duckdb: { memoryMb: number; threads: number }): SystemInfo['limits'] => [
  { name: 'Request body', value: 1024 * 1024, unit: 'bytes', meaning: 'Larger ones are refused' },
  { name: 'Calls in a batch', value: 20, unit: 'count', meaning: 'Of the console' },
  { name: 'Page of a list', value: 200, unit: 'count', meaning: 'At most, of any list' },
  { name: 'Tables of a pipeline', value: 2_000, unit: 'count', meaning: 'At most' },
  { name: 'Connection tests', value: 10, unit: 'count', meaning: 'Per person and minute' },
  { name: 'Event streams', value: 20, unit: 'count', meaning: 'Per person; a browser needs one' },
  {
    name: 'Buffer of a pipeline',
    value: DEFAULT_PIPELINE_SETTINGS.bufferBytesMax,
    unit: 'bytes',
    meaning: 'Unless the pipeline says otherwise; then its capture waits',
  },
  {
    name: 'Transactions in progress',
    value: DEFAULT_PIPELINE_SETTINGS.inProgressBytesMax,
    unit: 'bytes',
    meaning: 'On the disk of a worker, unless the pipeline says otherwise; larger ones are read after their commit',
  },
  { name: 'Columnar memory', value: duckdb.memoryMb * 1024 * 1024, unit: 'bytes', meaning: 'Of DuckDB in each worker' },
  { name: 'Columnar threads', value: duckdb.threads, unit: 'count', meaning: 'Of DuckDB in each worker' },
];
