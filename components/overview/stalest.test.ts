import { expect, test } from 'vitest';
import { stalest } from './stalest.ts';

const told = (pipelineId: string, seconds: number) => ({ pipelineId, pipelineName: pipelineId, seconds });
const listed = (id: string, freshnessSeconds: number | null) => ({ id, name: id, freshnessSeconds });

test('the stalest pipeline is as stale as the list says', () => {
  expect(stalest(told('a', 9), [listed('a', 1.2), listed('b', 0.8)])).toEqual(told('a', 1.2));
  expect(stalest(told('a', 2), [listed('a', 1.2), listed('b', 30)])).toEqual(told('b', 30));
});

test('one that is not listed counts as it was told', () => {
  expect(stalest(told('far', 9), [listed('a', 1.2)])).toEqual(told('far', 9));
});

test('stopped pipelines are not stale', () => {
  expect(stalest(null, [listed('a', null)])).toBeNull();
});
