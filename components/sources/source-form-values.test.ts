import { expect, test } from 'vitest';
import {
  EMPTY_SOURCE,
  fromConnectionString,
  isConnectionString,
  moves,
  sourceValues,
  toUpdateInput,
} from './source-form-values.ts';
import type { Source } from './source-types.ts';

const source: Source = {
  id: 'src_1',
  name: 'shop',
  host: 'db-1',
  port: 5432,
  database: 'shop',
  username: 'philotes',
  hasPassword: true,
  tlsMode: 'require',
  tlsCa: null,
  lastCheck: null,
  version: '3',
  createdAt: '2026-11-22T00:00:00.000Z',
  updatedAt: '2026-11-22T00:00:00.000Z',
};

test('a connection string fills in what it names, its password decoded', () => {
  expect(fromConnectionString('postgresql://me:p%40ss@db.example.com/shop?sslmode=prefer')).toEqual({
    host: 'db.example.com',
    port: '5432',
    database: 'shop',
    username: 'me',
    password: 'p@ss',
    tlsMode: 'require',
  });
  expect(fromConnectionString('db.example.com')).toBeNull();
});

test('what may become a connection string is known while it is typed', () => {
  expect(['postgres:', ' postgresql://me:secret@', 'POSTGRES://x'].map(isConnectionString)).toEqual([true, true, true]);
  expect(['postgres', 'postgres.example.com', 'db'].map(isConnectionString)).toEqual([false, false, false]);
});

test('an update sends what differs, and no password that was not typed', () => {
  const values = sourceValues(source);
  expect(toUpdateInput(values, source)).toEqual({ id: 'src_1', version: '3' });
  expect(toUpdateInput({ ...values, database: 'store' }, source)).toEqual({
    id: 'src_1',
    version: '3',
    database: 'store',
  });
});

test('another host or port is another address for the password', () => {
  expect(moves(sourceValues(source), source)).toBe(false);
  expect(moves({ ...sourceValues(source), port: '5433' }, source)).toBe(true);
  expect(moves({ ...EMPTY_SOURCE, host: 'db-1' }, source)).toBe(false);
});
