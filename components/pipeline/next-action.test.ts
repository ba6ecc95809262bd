import { expect, test } from 'vitest';
import { PIPELINE_STATES } from '@/server/domain/pipeline-state.ts';
import { nextAction } from './next-action.ts';

const pipeline = (state: string, code?: string) => ({
  id: 'pl',
  state,
  source: { id: 'src' },
  destination: { id: 'dst' },
  error: code === undefined ? null : { code },
});

test('every state but a change under way has a next action', () => {
  const without = PIPELINE_STATES.filter((state) => nextAction(pipeline(state)) === null);
  expect(without).toEqual(['stopping']);
});

test('a lost slot leads to a resync', () => {
  expect(nextAction(pipeline('needs_attention', 'SOURCE_SLOT_LOST'))?.kind).toBe('resync');
});

test('a source that refuses us leads to the source', () => {
  expect(nextAction(pipeline('needs_attention', 'SOURCE_REFUSED'))).toMatchObject({ href: '/sources/src' });
});

test('an error without a place of its own is tried again', () => {
  expect(nextAction(pipeline('needs_attention', 'COLUMNAR_FAILED'))?.label).toBe('Start again');
});
