import { expect, it } from 'vitest';
import { sourceError } from '@/server/postgres/source-error.ts';
import { AppError } from './app-error.ts';
import { ofOurDatabase } from './of-our-database.ts';

const failing = (error: Error) => ofOurDatabase(() => Promise.reject(error))();
const seen = (error: Error) => failing(error).catch((thrown: unknown) => sourceError(thrown, 'streaming'));

it('keeps a lost connection to our own database from being told as the source’s', async () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  expect(await seen(refused)).toMatchObject({
    code: 'DATABASE_UNREACHABLE',
    message: 'the metadata database: connect ECONNREFUSED',
  });
  const broken = Object.assign(new Error('relation "x" does not exist'), { code: '42P01' });
  expect(await seen(broken)).toMatchObject({ code: 'INTERNAL' });
});

it('leaves coded failures and results alone', async () => {
  const coded = new AppError('LEASE_LOST', 'gone');
  await expect(failing(coded)).rejects.toBe(coded);
  expect(await ofOurDatabase(async (one: number) => one + 1)(1)).toBe(2);
});
