import { router } from '@/server/api/trpc.ts';
import { get } from './get.ts';
import { invite } from './invite.ts';
import { list } from './list.ts';
import { remove } from './remove.ts';
import { renewLink } from './renew-link.ts';
import { update } from './update.ts';

export const members = router({ list, get, invite, renewLink, update, remove });
