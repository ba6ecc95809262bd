import { TRPCClientError } from '@trpc/client';
import { expect, test } from 'vitest';
import { fieldError, sentence, shownProblem } from './problem.ts';

const problem = {
  code: 'INVALID_INPUT',
  detail: 'name: must not be empty',
  remedy: 'Correct the named field.',
  requestId: 'r1',
  fields: [{ field: 'name', reason: 'must not be empty' }],
};
const refused = TRPCClientError.from({ error: { code: -32600, message: 'no', data: { problem } } });

test('a problem is shown as sentences, with what to quote', () => {
  expect(shownProblem(refused)).toMatchObject({
    code: 'INVALID_INPUT',
    message: 'Name: must not be empty.',
    requestId: 'r1',
  });
});

test('a field hears what is wrong with it, and nothing about others', () => {
  expect(fieldError(refused, 'name')).toBe('Must not be empty.');
  expect(fieldError(refused, 'host')).toBeNull();
});

test('a failure without an answer means that the server is away', () => {
  expect(shownProblem(new TypeError('fetch failed')).code).toBe('OFFLINE');
});

test('a sentence is left as it is', () => expect(sentence('The slot is gone.')).toBe('The slot is gone.'));

test('names at the beginning of a message are left as they are', () => {
  expect(sentence('public.orders is in the pipeline already')).toBe('public.orders is in the pipeline already.');
  expect(sentence('timestamptz has no infinite value')).toBe('timestamptz has no infinite value.');
  expect(sentence('decimal(12, 2) has no NaN')).toBe('decimal(12, 2) has no NaN.');
});
