'use client';

import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createTRPCClient, httpBatchLink, httpLink, splitLink } from '@trpc/client';
import { type ReactNode, useEffect, useState } from 'react';
import type { AppRouter } from '@/server/api/root.ts';
import { startEvents } from './events.ts';
import { problemOf } from './problem-of.ts';
import { TRPCProvider } from './trpc.ts';
import { withoutDirection } from './without-direction.ts';

const URL = '/api/trpc';
/** What the server takes in one request, and a length of address that every proxy passes. */
const BATCH_MAX = 20;
const URL_CHARS_MAX = 4_000;

/** Gives the pages below it the API. Calls made in the same moment share a request, unless they are known to be slow. */
export function ApiProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(newQueryClient);
  const [trpcClient] = useState(newClient);
  useEffect(() => startEvents({ queryClient }), [queryClient]);
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}

const newClient = () =>
  createTRPCClient<AppRouter>({
    links: [
      withoutDirection,
      splitLink({
        // What asks a source or a lake must not keep the rest of the page waiting: `{ trpc: { context: { slow: true } } }`.
        condition: ({ context }) => context.slow === true,
        true: httpLink({ url: URL }),
        false: httpBatchLink({ url: URL, maxItems: BATCH_MAX, maxURLLength: URL_CHARS_MAX }),
      }),
    ],
  });

const newQueryClient = () =>
  new QueryClient({
    queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
    mutationCache: new MutationCache({ onError: leaveWhenSignedOut }),
    defaultOptions: {
      queries: { staleTime: 2_000, retry: (failures, error) => failures < 2 && mayPass(error) },
    },
  });

/** A server that is away or busy may answer the next time; a refusal stays one. */
function mayPass(error: unknown): boolean {
  const status = problemOf(error)?.status;
  return status === undefined || status === 503;
}

function leaveWhenSignedOut(error: unknown): void {
  if (problemOf(error)?.code === 'UNAUTHENTICATED') window.location.assign('/sign-in');
}
