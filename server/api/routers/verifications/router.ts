import { router } from '@/server/api/trpc.ts';
import { cancel } from './cancel.ts';
import { get } from './get.ts';
import { list } from './list.ts';
import { ranges } from './ranges.ts';
import { repair } from './repair.ts';
import { start } from './start.ts';

export const verifications = router({ list, get, ranges, start, cancel, repair });
