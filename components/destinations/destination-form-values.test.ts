import { expect, test } from 'vitest';
import { createDestinationInput, updateDestinationInput } from '@/server/destinations/destination-input.ts';
import {
  destinationValues,
  EMPTY_DESTINATION,
  secretsToGiveAgain,
  toCreateInput,
  toUpdateInput,
} from './destination-form-values.ts';
import type { Destination } from './destination-types.ts';

const destination: Destination = {
  id: 'dst_1',
  name: 'lake',
  catalogKind: 'rest',
  catalogUri: 'https://catalog.example.com',
  warehouse: 'lake',
  catalogAuth: 'bearer',
  catalogScope: null,
  catalogTokenUri: null,
  storageKind: 's3',
  storageRoot: 's3://bucket/lake',
  s3Endpoint: null,
  s3Region: 'eu-west-1',
  s3PathStyle: false,
  hasCredentials: true,
  lastCheck: null,
  version: '2',
  createdAt: '2026-11-22T00:00:00.000Z',
  updatedAt: '2026-11-22T00:00:00.000Z',
};

test('a warehouse on this machine needs a name and nothing else', () => {
  expect(createDestinationInput.safeParse(toCreateInput({ ...EMPTY_DESTINATION, name: 'lake' })).success).toBe(true);
});

test('a catalog elsewhere sends the way to sign in that was chosen, and no other', () => {
  const values = {
    ...EMPTY_DESTINATION,
    name: 'lake',
    kind: 'rest',
    uri: 'https://catalog.example.com',
    warehouse: 'w',
    auth: 'bearer',
    token: 't',
    clientSecret: 'left over',
    root: 's3://bucket',
  };
  const input = createDestinationInput.parse(toCreateInput(values));
  expect(input.catalog).toMatchObject({ kind: 'rest', auth: { kind: 'bearer', token: 't' } });
});

test('an update sends what differs; secrets that were not typed stay', () => {
  const values = destinationValues(destination);
  expect(toUpdateInput(values, destination)).toEqual({ id: 'dst_1', version: '2' });
  const changed = toUpdateInput({ ...values, region: 'eu-central-1' }, destination);
  expect(updateDestinationInput.parse(changed).storage).toEqual({ region: 'eu-central-1' });
});

test('a secret is asked for again before it would go to another address', () => {
  const values = destinationValues(destination);
  expect(secretsToGiveAgain(values, destination)).toEqual([]);
  expect(secretsToGiveAgain({ ...values, uri: 'https://elsewhere.example.com' }, destination)).toHaveLength(1);
  expect(secretsToGiveAgain({ ...values, endpoint: 'https://s3.example.com' }, destination)).toHaveLength(1);
});
