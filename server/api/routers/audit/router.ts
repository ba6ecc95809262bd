import { router } from '@/server/api/trpc.ts';
import { list } from './list.ts';
import { verify } from './verify.ts';

export const audit = router({ list, verify });
