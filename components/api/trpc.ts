import { createTRPCContext } from '@trpc/tanstack-react-query';
import type { AppRouter } from '@/server/api/root.ts';

/** `useTRPC()` gives query and mutation options of every procedure; `useTRPCClient()` calls them directly. */
export const { TRPCProvider, useTRPC, useTRPCClient } = createTRPCContext<AppRouter>();
