import { expect, test } from 'vitest';
import { sourceError } from './source-error.ts';

const failure = (code: string) => Object.assign(new Error('said the driver'), { code });

test.each([
  ['28P01', 'SOURCE_REFUSED'],
  ['42501', 'SOURCE_REFUSED'],
  ['55006', 'SOURCE_SLOT_BUSY'],
  ['55P03', 'SOURCE_BLOCKED'],
  ['57P01', 'SOURCE_UNREACHABLE'],
  ['53300', 'SOURCE_UNREACHABLE'],
  ['XX000', 'SOURCE_FAILED'],
  ['EPIPE', 'SOURCE_UNREACHABLE'],
  ['ECONNREFUSED', 'SOURCE_UNREACHABLE'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'SOURCE_REFUSED'],
])('%s becomes %s', (state, code) => {
  expect(sourceError(failure(state), 'connecting')).toMatchObject({ code, message: 'connecting: said the driver' });
});

test('a defect of ours is not mistaken for the network', () => {
  expect(sourceError(new RangeError('out of range'), 'reading').code).toBe('INTERNAL');
});
