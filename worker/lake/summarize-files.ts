import type { DataFile } from '@/server/domain/iceberg/data-file.ts';
import type { LakeFilesSummary } from '@/server/lake/lake-view.ts';

const MIB = 1024 * 1024;
const SMALL_BYTES = 8 * MIB;

type Files = {
  readonly data: readonly Pick<DataFile, 'rows' | 'bytes'>[];
  readonly deletes: readonly Pick<DataFile, 'content' | 'rows' | 'bytes'>[];
  readonly manifests: number;
};

/** How many files a reader has to open, and whether that is reasonable. */
export function summarizeFiles({ data, deletes, manifests }: Files): LakeFilesSummary {
  const dataRows = total(data, (file) => file.rows);
  const dataBytes = total(data, (file) => file.bytes);
  const small = data.length < 2 ? 0 : data.filter((file) => file.bytes < SMALL_BYTES).length;
  const deletedRows = total(deletes, (file) => file.rows);
  return {
    data: data.length,
    dataRows,
    dataBytes,
    small,
    positionDeletes: deletes.filter((file) => file.content === 'position-deletes').length,
    equalityDeletes: deletes.filter((file) => file.content === 'equality-deletes').length,
    deleteBytes: total(deletes, (file) => file.bytes),
    deletedRows,
    manifests,
    largestBytes: data.reduce((largest, file) => Math.max(largest, file.bytes), 0),
    averageBytes: data.length === 0 ? 0 : dataBytes / data.length,
    health: healthOf({ dataFiles: data.length, deleteFiles: deletes.length, dataRows, deletedRows, small, manifests }),
  };
}

type Counts = {
  dataFiles: number;
  deleteFiles: number;
  dataRows: number;
  deletedRows: number;
  small: number;
  manifests: number;
};

/** Readers open every file and hold every delete: these are the amounts at which people notice. */
function healthOf(counts: Counts): LakeFilesSummary['health'] {
  const { dataFiles, deleteFiles, dataRows, deletedRows, small, manifests } = counts;
  const deletedShare = dataRows === 0 ? 0 : deletedRows / dataRows;
  const poor = [
    small > 500 && `${small} data files are small`,
    deleteFiles > 500 && `${deleteFiles} delete files have to be read with every query`,
    deletedShare > 0.5 && 'more rows are deleted than live',
    manifests > 1_000 && `${manifests} manifests have to be read to plan a query`,
  ].filter((reason) => reason !== false);
  if (poor.length > 0) return { level: 'poor', reason: poor.join('; ') };
  const fair = [
    small > 50 && `${small} of ${dataFiles} data files are small`,
    deleteFiles > 50 && `${deleteFiles} delete files have to be read with every query`,
    deletedShare > 0.2 && `${Math.round(deletedShare * 100)} % of the stored rows are deleted`,
    manifests > 200 && `${manifests} manifests have to be read to plan a query`,
  ].filter((reason) => reason !== false);
  if (fair.length > 0) return { level: 'fair', reason: fair.join('; ') };
  if (small === 0) return { level: 'good', reason: 'few files, few deletes' };
  return { level: 'good', reason: `few files, few deletes; the ${small} small ones are merged when there are more` };
}

const total = <Item>(items: readonly Item[], value: (item: Item) => number): number =>
  items.reduce((sum, item) => sum + value(item), 0);
