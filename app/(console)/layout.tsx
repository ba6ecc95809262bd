import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { RAIL_COOKIE } from '@/components/frame/preferences.ts';
import { Providers } from '@/components/frame/providers.tsx';
import { Rail } from '@/components/frame/rail.tsx';
import { TopBar } from '@/components/frame/top-bar.tsx';

/** The frame around every page of somebody who is signed in. */
export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const isNarrow = (await cookies()).get(RAIL_COOKIE)?.value === 'narrow';
  return (
    <Providers>
      <a
        href="#content"
        className="sr-only z-60 rounded-md bg-accent px-3 py-2 text-accent-ink focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <div className="flex min-h-dvh">
        <Rail startsNarrow={isNarrow} />
        <div className="flex min-w-0 flex-1 flex-col">
          <TopBar />
          <main id="content" tabIndex={-1} className="mx-auto w-full max-w-320 flex-1 px-4 py-6 outline-none sm:px-6">
            {children}
          </main>
        </div>
      </div>
    </Providers>
  );
}
