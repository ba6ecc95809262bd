import type { DataFile, FileMetrics } from './data-file.ts';

/** Staged files wait in the database as JSON: maps as pairs, 64-bit numbers as text, bounds as base64. */
export function dataFileToJson(file: DataFile): Record<string, unknown> {
  const { metrics, ...rest } = file;
  return {
    ...rest,
    metrics: {
      columnSizes: countsToJson(metrics.columnSizes),
      valueCounts: countsToJson(metrics.valueCounts),
      nullCounts: countsToJson(metrics.nullCounts),
      nanCounts: countsToJson(metrics.nanCounts),
      lowerBounds: boundsToJson(metrics.lowerBounds),
      upperBounds: boundsToJson(metrics.upperBounds),
      splitOffsets: metrics.splitOffsets.map(String),
    },
  };
}

type CountsJson = [number, string][];
type DataFileJson = Omit<DataFile, 'metrics'> & {
  metrics: Record<Exclude<keyof FileMetrics, 'splitOffsets'>, CountsJson> & { splitOffsets: string[] };
};

/** The inverse, for values that `dataFileToJson` wrote. */
export function dataFileFromJson(json: unknown): DataFile {
  const { metrics, ...rest } = json as DataFileJson;
  return {
    ...rest,
    metrics: {
      columnSizes: countsFromJson(metrics.columnSizes),
      valueCounts: countsFromJson(metrics.valueCounts),
      nullCounts: countsFromJson(metrics.nullCounts),
      nanCounts: countsFromJson(metrics.nanCounts),
      lowerBounds: boundsFromJson(metrics.lowerBounds),
      upperBounds: boundsFromJson(metrics.upperBounds),
      splitOffsets: metrics.splitOffsets.map(BigInt),
    },
  };
}

const countsToJson = (counts: ReadonlyMap<number, bigint>): CountsJson =>
  [...counts].map(([id, count]) => [id, count.toString()]);
const countsFromJson = (json: CountsJson): Map<number, bigint> => new Map(json.map(([id, n]) => [id, BigInt(n)]));
const boundsToJson = (bounds: ReadonlyMap<number, Buffer>): CountsJson =>
  [...bounds].map(([id, bytes]) => [id, bytes.toString('base64')]);
const boundsFromJson = (json: CountsJson): Map<number, Buffer> =>
  new Map(json.map(([id, text]) => [id, Buffer.from(text, 'base64')]));
