import { router } from '@/server/api/trpc.ts';
import { accept } from './accept.ts';
import { add } from './add.ts';
import { decideSchemaChanges } from './decide-schema-changes.ts';
import { find } from './find.ts';
import { get } from './get.ts';
import { list } from './list.ts';
import { pause } from './pause.ts';
import { remove } from './remove.ts';
import { resume } from './resume.ts';
import { resync } from './resync.ts';
import { update } from './update.ts';

export const tables = router({
  list,
  find,
  get,
  add,
  update,
  remove,
  resync,
  pause,
  resume,
  accept,
  decideSchemaChanges,
});
