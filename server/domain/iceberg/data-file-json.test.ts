import { expect, test } from 'vitest';
import type { DataFile } from './data-file.ts';
import { dataFileFromJson, dataFileToJson } from './data-file-json.ts';

test('a staged file comes back from JSON as it was', () => {
  const file: DataFile = {
    content: 'data',
    path: 'file:///w/a.parquet',
    rows: 3,
    bytes: 100,
    metrics: {
      columnSizes: new Map([[1, 9_007_199_254_740_993n]]),
      valueCounts: new Map([[1, 3n]]),
      nullCounts: new Map([[1, 0n]]),
      nanCounts: new Map(),
      lowerBounds: new Map([[1, Buffer.from([0, 255])]]),
      upperBounds: new Map([[1, Buffer.from([])]]),
      splitOffsets: [4n],
    },
  };
  expect(dataFileFromJson(JSON.parse(JSON.stringify(dataFileToJson(file))))).toEqual(file);
});
