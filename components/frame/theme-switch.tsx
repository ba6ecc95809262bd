'use client';

import { Monitor, Moon, Sun } from 'lucide-react';
import { cx } from '@/components/ui/cx.ts';
import { Menu, MenuChoice } from '@/components/ui/menu.tsx';
import { toTheme } from './preferences.ts';
import { useTheme } from './use-theme.ts';

export const THEMES = [
  { value: 'system', label: 'As the system', icon: Monitor },
  { value: 'light', label: 'Light', icon: Sun },
  { value: 'dark', label: 'Dark', icon: Moon },
] as const;

export function ThemeSwitch({ isNarrow }: { isNarrow: boolean }) {
  const { theme, choose } = useTheme();
  const Icon = THEMES.find(({ value }) => value === theme)?.icon ?? Monitor;
  return (
    <Menu
      side="top"
      align="start"
      trigger={
        <button
          type="button"
          aria-label="Theme"
          className={cx(
            'flex h-8 w-full items-center gap-2.5 rounded-md text-sm text-muted transition-colors hover:bg-raised hover:text-ink max-md:h-11',
            isNarrow ? 'justify-center' : 'px-2',
          )}
        >
          <Icon className="size-4 shrink-0" aria-hidden="true" />
          {!isNarrow && 'Theme'}
        </button>
      }
    >
      <MenuChoice value={theme} onChange={(value) => choose(toTheme(value))} choices={THEMES} />
    </Menu>
  );
}
