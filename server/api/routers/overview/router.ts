import { router } from '@/server/api/trpc.ts';
import { metrics } from './metrics.ts';
import { sparklines } from './sparklines.ts';

export const overview = router({ metrics, sparklines });
