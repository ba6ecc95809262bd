import { router } from '@/server/api/trpc.ts';
import { changePassword } from './change-password.ts';
import { endOtherSessions } from './end-other-sessions.ts';
import { endSession } from './end-session.ts';
import { get } from './get.ts';
import { sessions } from './sessions.ts';
import { update } from './update.ts';

export const profile = router({ get, update, changePassword, sessions, endSession, endOtherSessions });
