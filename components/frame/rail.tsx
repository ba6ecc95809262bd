'use client';

import { PanelLeftClose, PanelLeftOpen } from 'lucide-react';
import { usePathname } from 'next/navigation';
import { useState } from 'react';
import { IconButton } from '@/components/ui/button.tsx';
import { cx } from '@/components/ui/cx.ts';
import { Link } from '@/components/ui/link.tsx';
import { Logo } from '@/components/ui/logo.tsx';
import { Tooltip } from '@/components/ui/tooltip.tsx';
import { PersonMenu } from './person-menu.tsx';
import { isIn, PLACES, type Place, REFERENCE, SETTINGS } from './places.ts';
import { RAIL_COOKIE } from './preferences.ts';
import { remember } from './remember.ts';
import { ThemeSwitch } from './theme-switch.tsx';

/** The way around on wide screens; narrow on demand. */
export function Rail({ startsNarrow }: { startsNarrow: boolean }) {
  const [isNarrow, setNarrow] = useState(startsNarrow);
  const toggle = () => {
    remember(RAIL_COOKIE, isNarrow ? 'wide' : 'narrow');
    setNarrow(!isNarrow);
  };
  return (
    <aside
      className={cx(
        'sticky top-0 flex h-dvh shrink-0 flex-col border-r border-line bg-canvas max-md:hidden',
        isNarrow ? 'w-14' : 'w-58',
      )}
    >
      <div className={cx('flex h-12 items-center', isNarrow ? 'justify-center' : 'justify-between pr-2 pl-4')}>
        {!isNarrow && (
          <Link href="/" aria-label="Philotes, overview" className="rounded-md">
            <Logo />
          </Link>
        )}
        <IconButton
          label={isNarrow ? 'Widen navigation' : 'Narrow navigation'}
          icon={isNarrow ? PanelLeftOpen : PanelLeftClose}
          onClick={toggle}
        />
      </div>
      <RailContent isNarrow={isNarrow} />
    </aside>
  );
}

/** The links, and the foot with settings, theme and person; also what the sheet on phones shows. */
export function RailContent({ isNarrow, onGo }: { isNarrow: boolean; onGo?: () => void }) {
  return (
    <>
      <nav aria-label="Main" className="min-h-0 flex-1 overflow-y-auto px-2 py-2">
        <ul className="space-y-0.5">
          {PLACES.map((place) => (
            <PlaceLink key={place.href} place={place} isNarrow={isNarrow} {...(onGo ? { onGo } : {})} />
          ))}
        </ul>
      </nav>
      <div className="space-y-0.5 border-t border-line px-2 py-2">
        <ul>
          {[REFERENCE, SETTINGS].map((place) => (
            <PlaceLink key={place.href} place={place} isNarrow={isNarrow} {...(onGo ? { onGo } : {})} />
          ))}
        </ul>
        <ThemeSwitch isNarrow={isNarrow} />
        <PersonMenu isNarrow={isNarrow} />
      </div>
    </>
  );
}

function PlaceLink({ place, isNarrow, onGo }: { place: Place; isNarrow: boolean; onGo?: () => void }) {
  const isHere = isIn(usePathname(), place);
  const Icon = place.icon;
  const link = (
    <Link
      href={place.href}
      {...(onGo ? { onClick: onGo } : {})}
      aria-current={isHere ? 'page' : undefined}
      aria-label={isNarrow ? place.label : undefined}
      className={cx(
        'flex h-8 items-center gap-2.5 rounded-md text-sm transition-colors max-md:h-11',
        isNarrow ? 'justify-center' : 'px-2',
        isHere ? 'bg-raised font-medium text-ink' : 'text-muted hover:bg-raised hover:text-ink',
      )}
    >
      <Icon className={cx('size-4 shrink-0', isHere && 'text-accent')} aria-hidden="true" />
      {!isNarrow && place.label}
    </Link>
  );
  return (
    <li>
      {isNarrow ? (
        <Tooltip label={place.label} side="right">
          {link}
        </Tooltip>
      ) : (
        link
      )}
    </li>
  );
}
