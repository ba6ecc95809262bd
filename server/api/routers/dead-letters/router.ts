import { router } from '@/server/api/trpc.ts';
import { discard } from './discard.ts';
import { discardAll } from './discard-all.ts';
import { groups } from './groups.ts';
import { inspect } from './inspect.ts';
import { list } from './list.ts';
import { replay } from './replay.ts';
import { replayAll } from './replay-all.ts';

export const deadLetters = router({ list, groups, inspect, replay, discard, replayAll, discardAll });
