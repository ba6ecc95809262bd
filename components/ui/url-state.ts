'use client';

import { usePathname, useSearchParams } from 'next/navigation';
import { useCallback } from 'react';

type Change = Readonly<Record<string, string | null>>;

/**
 * What is filtered, sorted, opened or selected lives in the address. Next hands changes of the history to useSearchParams
 * without asking the server.
 */
export function useUrlState(): {
  /** The parameter, or null. */
  get(name: string): string | null;
  /** Sets parameters; null removes one. `push` makes a step that Back undoes (opening a drawer). */
  set(change: Change, options?: { readonly push?: boolean }): void;
  /** The address with these changes, for links. */
  href(change: Change): string;
} {
  const params = useSearchParams();
  const path = usePathname();
  const href = useCallback(
    (change: Change) => {
      const next = new URLSearchParams(params);
      for (const [name, value] of Object.entries(change)) {
        if (value === null || value === '') next.delete(name);
        else next.set(name, value);
      }
      const query = next.toString();
      return query === '' ? path : `${path}?${query}`;
    },
    [params, path],
  );
  return {
    get: (name) => params.get(name),
    set: (change, options) => {
      const method = options?.push ? 'pushState' : 'replaceState';
      window.history[method](null, '', href(change));
    },
    href,
  };
}
