import { router } from '@/server/api/trpc.ts';
import { discard } from './discard.ts';
import { inspect } from './inspect.ts';
import { list } from './list.ts';
import { replay } from './replay.ts';

export const deadLetters = router({ list, inspect, replay, discard });
