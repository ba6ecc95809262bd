import { router } from '@/server/api/trpc.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { get } from './get.ts';
import { list } from './list.ts';
import { preflight } from './preflight.ts';
import { setupSql } from './setup-sql.ts';
import { tables } from './tables.ts';
import { test } from './test.ts';
import { testResult } from './test-result.ts';
import { update } from './update.ts';

export const sources = router({
  list,
  get,
  create,
  update,
  delete: remove,
  test,
  testResult,
  tables,
  preflight,
  setupSql,
});
