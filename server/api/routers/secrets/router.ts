import { router } from '@/server/api/trpc.ts';
import { fingerprint } from './fingerprint.ts';

export const secrets = router({ fingerprint });
