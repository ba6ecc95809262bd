import type { PipelineDeletion, PipelineSummary } from '@/packages/client/client.ts';
import { bytesText, countText, durationText } from '../output/figures.ts';
import type { Column } from '../output/table.ts';

export const PIPELINE_COLUMNS: readonly Column<PipelineSummary>[] = [
  ['NAME', ({ name }) => name],
  ['STATE', ({ state }) => state],
  ['FRESHNESS', ({ freshnessSeconds }) => durationText(freshnessSeconds)],
  ['LAG', ({ lagBytes }) => bytesText(lagBytes)],
  ['TABLES', ({ tables }) => `${tables.live}/${tables.all}`],
  ['ATTENTION', ({ tables, error }) => tables.needAttention + tables.inDoubt + (error ? 1 : 0)],
  ['ROWS', ({ rowsCommitted }) => countText(rowsCommitted)],
  ['DEAD LETTERS', ({ deadLettersOpen }) => countText(deadLettersOpen)],
  ['FROM', ({ source }) => source.name],
  ['TO', ({ destination, namespace }) => `${destination.name}/${namespace}`],
];

export const DELETION_COLUMNS: readonly Column<PipelineDeletion>[] = [
  ['NAME', ({ name }) => name],
  ['ID', ({ id }) => id],
  ['SOURCE', ({ source, forgetsSource }) => (forgetsSource ? `${source.name} (forgotten)` : source.name)],
  ['DELETED', ({ deletedAt }) => deletedAt],
  ['ERROR', ({ error }) => error?.code],
];
