'use client';

import { useSyncExternalStore } from 'react';
import { THEME_COOKIE, type Theme, toTheme } from './preferences.ts';
import { remember } from './remember.ts';

/** The theme stands on the root element, where the tokens look for it. */
export function useTheme(): { readonly theme: Theme; choose(theme: Theme): void } {
  const theme = useSyncExternalStore<Theme>(subscribe, read, () => 'system');
  return { theme, choose };
}

function subscribe(listener: () => void): () => void {
  const observer = new MutationObserver(listener);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => observer.disconnect();
}

const read = (): Theme => toTheme(document.documentElement.dataset.theme);

function choose(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  remember(THEME_COOKIE, theme);
}
