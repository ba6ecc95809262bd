'use client';

import { ChevronsUpDown, KeyRound, LogOut, UserRound } from 'lucide-react';
import { useRef } from 'react';
import { useMe } from '@/components/session/use-me.ts';
import { cx } from '@/components/ui/cx.ts';
import { Menu, MenuItem, MenuLabel, MenuLink, MenuSeparator } from '@/components/ui/menu.tsx';

/** Who is signed in, and the way out. Signing out is a form, so that no foreign page can cause it. */
export function PersonMenu({ isNarrow }: { isNarrow: boolean }) {
  const me = useMe();
  const form = useRef<HTMLFormElement>(null);
  const name = me?.email ?? '';
  return (
    <form ref={form} method="post" action="/sign-out">
      <Menu
        side="top"
        align="start"
        trigger={
          <button
            type="button"
            className={cx(
              'flex h-10 w-full items-center gap-2.5 rounded-md text-left text-sm transition-colors hover:bg-raised max-md:h-11',
              isNarrow ? 'justify-center' : 'px-2',
            )}
          >
            <span className="sr-only">Signed in as {isNarrow && name}</span>
            <span
              aria-hidden="true"
              className="flex size-6 shrink-0 items-center justify-center rounded-full bg-accent/15 text-xs font-semibold text-accent uppercase"
            >
              {name.charAt(0)}
            </span>
            {!isNarrow && (
              <>
                <span className="min-w-0 flex-1">
                  <span className="block truncate text-sm leading-4">{name}</span>
                  <span className="block text-xs text-muted">{me?.role}</span>
                </span>
                <ChevronsUpDown className="size-4 shrink-0 text-faint" aria-hidden="true" />
              </>
            )}
          </button>
        }
      >
        <MenuLabel>
          {name}
          {me && ` · ${me.role}`}
        </MenuLabel>
        <MenuLink icon={UserRound} href="/settings/profile">
          Your profile
        </MenuLink>
        <MenuLink icon={KeyRound} href="/settings/api-keys">
          API keys
        </MenuLink>
        <MenuSeparator />
        <MenuItem icon={LogOut} onSelect={() => form.current?.requestSubmit()}>
          Sign out
        </MenuItem>
      </Menu>
    </form>
  );
}
