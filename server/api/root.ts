import { deadLetters } from './routers/dead-letters/router.ts';
import { destinations } from './routers/destinations/router.ts';
import { pipelines } from './routers/pipelines/router.ts';
import { sources } from './routers/sources/router.ts';
import { system } from './routers/system/router.ts';
import { router } from './trpc.ts';

/** Everything the control plane can be asked, once for the console, REST, the command line and scripts. */
export const appRouter = router({ sources, destinations, pipelines, deadLetters, system });
export type AppRouter = typeof appRouter;
