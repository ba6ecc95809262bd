import { router } from '@/server/api/trpc.ts';
import { info } from './info.ts';
import { me } from './me.ts';

export const system = router({ me, info });
