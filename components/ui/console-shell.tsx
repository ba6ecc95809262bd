'use client';

import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { type ReactNode, useState } from 'react';
import { type Me, readApi } from './api.ts';
import { Logo } from './logo.tsx';

/** The frame around every page of somebody who is signed in. */
export function ConsoleShell({ children }: { children: ReactNode }) {
  const [client] = useState(() => new QueryClient({ defaultOptions: { queries: { retry: 1 } } }));
  return (
    <QueryClientProvider client={client}>
      <header className="border-b border-line bg-surface">
        <div className="mx-auto flex h-14 max-w-6xl items-center justify-between gap-4 px-4 sm:px-6">
          <Link href="/" aria-label="Philotes, all pipelines">
            <Logo />
          </Link>
          <Account />
        </div>
      </header>
      <main className="mx-auto max-w-6xl px-4 py-6 sm:px-6 sm:py-8">{children}</main>
    </QueryClientProvider>
  );
}

function Account() {
  const { data } = useQuery({ queryKey: ['me'], queryFn: () => readApi<Me>('/api/v1/me'), staleTime: 60_000 });
  return (
    <form method="post" action="/sign-out" className="flex min-w-0 items-center gap-4 text-sm">
      <span className="hidden truncate text-muted sm:block">{data?.email}</span>
      <button type="submit" className="shrink-0 text-muted hover:text-ink">
        Sign out
      </button>
    </form>
  );
}
