import { router } from '@/server/api/trpc.ts';
import { commits } from './commits.ts';
import { create } from './create.ts';
import { remove } from './delete.ts';
import { deletions } from './deletions.ts';
import { forgetSource } from './forget-source.ts';
import { get } from './get.ts';
import { list } from './list.ts';
import { metrics } from './metrics.ts';
import { pause } from './pause.ts';
import { resume } from './resume.ts';
import { resync } from './resync.ts';
import { schemaChanges } from './schema-changes.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { stop } from './stop.ts';
import { update } from './update.ts';

export const pipelines = router({
  list,
  get,
  create,
  update,
  delete: remove,
  deletions,
  forgetSource,
  status,
  start,
  stop,
  pause,
  resume,
  resync,
  metrics,
  commits,
  schemaChanges,
});
