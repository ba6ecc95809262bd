'use client';

import { usePathname } from 'next/navigation';
import { type ReactNode, useEffect, useRef } from 'react';
import { cx } from './cx.ts';
import { Link } from './link.tsx';

export type RouteTab = { readonly href: string; readonly label: string; readonly mark?: ReactNode };

/** Tabs that are pages: each has an address; Back and Forward work. The first is the folder's own page. */
export function RouteTabs({ label, tabs }: { label: string; tabs: readonly RouteTab[] }) {
  const path = usePathname();
  const [first] = tabs;
  const bar = useRef<HTMLElement>(null);
  // On a phone the tab that one is on may lie outside the bar.
  useEffect(() => {
    const here = bar.current?.querySelector('[aria-current]');
    here?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [path]);
  return (
    <nav
      ref={bar}
      aria-label={label}
      className="scroll-hint -mx-4 overflow-x-auto overflow-y-hidden border-b border-line px-4 sm:-mx-6 sm:px-6"
    >
      <ul className="flex gap-5">
        {tabs.map((tab) => {
          const isHere = tab === first ? path === tab.href : path === tab.href || path.startsWith(`${tab.href}/`);
          return (
            <li key={tab.href}>
              <Link
                href={tab.href}
                aria-current={isHere ? 'page' : undefined}
                className={cx(
                  'flex h-9 items-center gap-1.5 border-b-2 text-sm whitespace-nowrap transition-colors max-sm:h-11',
                  isHere ? 'border-accent font-medium text-ink' : 'border-transparent text-muted hover:text-ink',
                )}
              >
                {tab.label}
                {tab.mark}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
