'use client';

import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useUrlState } from './url-state.ts';

const SETTLES_MS = 200;

/** Filters the list below it by `?search=`; what is typed reaches the address when the typing pauses. */
export function SearchField({ label, name = 'search' }: { label: string; name?: string }) {
  const url = useUrlState();
  const [text, setText] = useState(url.get(name) ?? '');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <div className="relative w-full sm:w-64">
      <Search
        className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-faint"
        aria-hidden="true"
      />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={text}
        onChange={(event) => {
          const next = event.target.value;
          setText(next);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => url.set({ [name]: next }), SETTLES_MS);
        }}
        className="block h-8 w-full rounded-md border border-control bg-surface pr-2 pl-8 text-sm hover:border-faint max-sm:h-11"
      />
    </div>
  );
}
