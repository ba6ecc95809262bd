'use client';

import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useId } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { Button } from '@/components/ui/button.tsx';
import { Input } from '@/components/ui/field.tsx';
import { FilterSelect } from '@/components/ui/filter-select.tsx';
import { SearchField } from '@/components/ui/search-field.tsx';
import { useUrlState } from '@/components/ui/url-state.ts';
import { ACTION_GROUPS } from './audit-words.ts';

const NAMES = ['search', 'action', 'actor', 'outcome', 'from', 'to'] as const;

/** Who, what, when, and whether it was refused; all of it in the address. */
export function AuditFilterBar({ children }: { children?: ReactNode }) {
  const trpc = useTRPC();
  const url = useUrlState();
  const members = useQuery(trpc.members.list.queryOptions({ limit: 200 })).data?.items ?? [];
  const isFiltered = NAMES.some((name) => url.get(name));
  return (
    <div className="mb-3 flex flex-wrap items-center gap-2">
      <SearchField key={isFiltered ? 'filtered' : 'all'} label="Search the log" />
      <FilterSelect label="What" name="action" all="Everything" choices={ACTION_GROUPS} />
      <FilterSelect
        label="Who"
        name="actor"
        all="Everybody"
        choices={[
          ...members.map(({ id, email }) => ({ value: `member:${id}`, label: email })),
          { value: 'system', label: 'Philotes itself' },
          { value: 'anonymous', label: 'Not signed in' },
        ]}
      />
      <FilterSelect
        label="Outcome"
        name="outcome"
        all="Done and refused"
        choices={[
          { value: 'done', label: 'Done' },
          { value: 'refused', label: 'Refused' },
        ]}
      />
      <Day name="from" label="From day" />
      <Day name="to" label="To day" />
      {isFiltered && (
        <Button kind="ghost" onClick={() => url.set(Object.fromEntries(NAMES.map((name) => [name, null])))}>
          Clear filters
        </Button>
      )}
      {children}
    </div>
  );
}

function Day({ name, label }: { name: string; label: string }) {
  const id = useId();
  const url = useUrlState();
  return (
    <span className="flex items-center gap-1.5 text-sm text-muted">
      <label htmlFor={id}>{label}</label>
      <Input
        id={id}
        type="date"
        value={url.get(name) ?? ''}
        onChange={(event) => url.set({ [name]: event.target.value })}
        className="w-auto! text-sm!"
      />
    </span>
  );
}
