'use client';

import { type ReactNode, useState } from 'react';
import { Input } from './field.tsx';
import { LoadMore } from './load-more.tsx';

/** A table may have 1,600 columns; a page with a control for each is slow. */
const SHOWN_AT_ONCE = 100;

/** The columns to show at first or after a search, a field to search with where there are many, and the way to the rest. */
export function useColumnFinder<Column extends { readonly name: string }>(
  columns: readonly Column[],
  /** Looked for at first. */
  sought = '',
): { shown: readonly Column[]; finder: ReactNode; more: ReactNode } {
  const [search, setSearch] = useState(sought);
  const [limit, setLimit] = useState(SHOWN_AT_ONCE);
  if (columns.length <= SHOWN_AT_ONCE) return { shown: columns, finder: null, more: null };
  const found = columns.filter(({ name }) => name.toLowerCase().includes(search.trim().toLowerCase()));
  const shown = found.slice(0, limit);
  return {
    shown,
    finder: (
      <Input
        type="search"
        aria-label="Find a column"
        placeholder={`Find one of ${columns.length} columns`}
        value={search}
        onChange={({ target }) => {
          setSearch(target.value);
          setLimit(SHOWN_AT_ONCE);
        }}
        className="mb-2 max-w-72"
      />
    ),
    more:
      found.length === 0 ? (
        <p className="px-4 py-2 text-sm text-muted">No column has this in its name.</p>
      ) : (
        <LoadMore
          shown={shown.length}
          total={found.length}
          hasMore={shown.length < found.length}
          isLoading={false}
          onMore={() => setLimit(limit + SHOWN_AT_ONCE)}
        />
      ),
  };
}
