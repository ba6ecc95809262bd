import { apiKeys } from './routers/api-keys/router.ts';
import { audit } from './routers/audit/router.ts';
import { deadLetters } from './routers/dead-letters/router.ts';
import { destinations } from './routers/destinations/router.ts';
import { lake } from './routers/lake/router.ts';
import { members } from './routers/members/router.ts';
import { overview } from './routers/overview/router.ts';
import { pipelines } from './routers/pipelines/router.ts';
import { profile } from './routers/profile/router.ts';
import { secrets } from './routers/secrets/router.ts';
import { signIn } from './routers/sign-in/router.ts';
import { sources } from './routers/sources/router.ts';
import { system } from './routers/system/router.ts';
import { tables } from './routers/tables/router.ts';
import { verifications } from './routers/verifications/router.ts';
import { router } from './trpc.ts';

/** Everything the control plane can be asked, once for the console, REST, the command line and scripts. */
export const appRouter = router({
  sources,
  destinations,
  pipelines,
  tables,
  verifications,
  deadLetters,
  lake,
  overview,
  members,
  profile,
  apiKeys,
  audit,
  secrets,
  signIn,
  system,
});
export type AppRouter = typeof appRouter;
