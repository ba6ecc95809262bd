'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import { ROLE_SCOPES, ROLES, type Scope } from '@/server/auth/scopes.ts';

const FRESH_MS = 60_000;

/** Who is signed in; undefined until that is known. */
export function useMe() {
  const trpc = useTRPC();
  return useQuery(trpc.system.me.queryOptions({}, { staleTime: FRESH_MS })).data;
}

/**
 * Why the person may not do what needs `scope`, for a button's `reason`; null when they may. The server decides again with
 * every call: this only spares people a refusal.
 */
export function useRefusal(): (scope: Scope) => string | null {
  const me = useMe();
  return (scope) => {
    if (!me || me.scopes.includes(scope)) return null;
    const needed = ROLES.find((role) => ROLE_SCOPES[role].has(scope)) ?? 'owner';
    return `This needs the role ${needed}. Yours is ${me.role}.`;
  };
}
