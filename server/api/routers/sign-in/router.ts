import { router } from '@/server/api/trpc.ts';
import { read } from './read.ts';
import { remove } from './remove.ts';
import { test } from './test.ts';
import { write } from './write.ts';

export const signIn = router({ read, write, remove, test });
