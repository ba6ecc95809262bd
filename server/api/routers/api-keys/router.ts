import { router } from '@/server/api/trpc.ts';
import { create } from './create.ts';
import { get } from './get.ts';
import { list } from './list.ts';
import { rename } from './rename.ts';
import { revoke } from './revoke.ts';

export const apiKeys = router({ list, get, create, rename, revoke });
