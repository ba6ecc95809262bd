'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { Button } from '@/components/ui/button.tsx';
import { Section } from '@/components/ui/card.tsx';
import { type Column, DataTable } from '@/components/ui/data-table.tsx';
import { EmptyState } from '@/components/ui/empty-state.tsx';
import { counted } from '@/components/ui/figures.ts';
import { FilterSelect } from '@/components/ui/filter-select.tsx';
import { PagedCard, rowsOf } from '@/components/ui/paged-card.tsx';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { SearchField } from '@/components/ui/search-field.tsx';
import { StateBadge } from '@/components/ui/state-badge.tsx';
import { useUrlState } from '@/components/ui/url-state.ts';
import { ApiKeyDrawer } from './api-key-drawer.tsx';
import { NewApiKeyDialog } from './new-api-key-dialog.tsx';
import { NoAccess } from './no-access.tsx';
import type { ApiKey } from './settings-types.ts';

const SORTS = ['name', '-name', 'createdAt', '-createdAt', 'lastUsedAt', '-lastUsedAt'] as const;
const STATES = ['active', 'expired', 'revoked'] as const;

/** Keys of scripts and programs: what they may do, and when they were used. */
export function ApiKeys() {
  const trpc = useTRPC();
  const url = useUrlState();
  const reason = useRefusal()('api-key:manage');
  const search = url.get('search');
  const state = STATES.find((known) => known === url.get('state'));
  const sort = SORTS.find((known) => known === url.get('sort'));
  const list = useInfiniteQuery(
    trpc.apiKeys.list.infiniteQueryOptions(
      { limit: 100, ...(search ? { search } : {}), ...(state ? { state } : {}), ...(sort ? { sort } : {}) },
      {
        getNextPageParam: ({ nextCursor }) => nextCursor,
        placeholderData: (before) => before,
        enabled: reason === null,
      },
    ),
  );
  const keys = rowsOf(list);
  const opened = keys.find(({ id }) => id === url.get('key'));
  const isFiltered = Boolean(search || state);
  const make = (
    <Button kind="primary" icon={Plus} reason={reason} onClick={() => url.set({ making: 'yes' }, { push: true })}>
      Make an API key
    </Button>
  );
  if (reason !== null) return <NoAccess what="API keys are" reason={reason} />;
  return (
    <Section
      title="API keys"
      description="For the command line, scripts and query engines. A key never exceeds the rights of its owner, and ends with them."
      actions={make}
    >
      <div className="mb-3 flex flex-wrap gap-2">
        <SearchField label="Search keys" />
        <FilterSelect
          label="State"
          name="state"
          all="All states"
          choices={[
            { value: 'active', label: 'Active' },
            { value: 'expired', label: 'Expired' },
            { value: 'revoked', label: 'Revoked' },
          ]}
        />
      </div>
      <PagedCard
        list={list}
        columns={5}
        empty={
          <EmptyState
            icon={KeyRound}
            title={isFiltered ? 'No key matches' : 'No API key yet'}
            action={isFiltered ? undefined : make}
          >
            {isFiltered ? 'Change the search or the state above.' : 'A key lets a program do what you allow it to.'}
          </EmptyState>
        }
      >
        {(rows, footer) => (
          <DataTable
            label="API keys"
            columns={COLUMNS}
            rows={rows}
            rowKey={({ id }) => id}
            rowHref={({ id }) => url.href({ key: id })}
            rowLabel={({ name }) => name}
            isSelected={({ id }) => id === opened?.id}
            footer={footer}
          />
        )}
      </PagedCard>
      <NewApiKeyDialog open={url.get('making') !== null} onClose={() => url.set({ making: null })} />
      <ApiKeyDrawer key={opened?.id ?? ''} apiKey={opened} onClose={() => url.set({ key: null })} />
    </Section>
  );
}

const COLUMNS: readonly Column<ApiKey>[] = [
  {
    id: 'name',
    header: 'Key',
    sort: 'name',
    cell: ({ name, prefix }) => (
      <span className="flex min-w-0 items-baseline gap-2">
        <span className="block max-w-64 truncate font-medium">{name}</span>
        <code className="font-mono text-xs text-muted max-sm:hidden">{prefix}…</code>
      </span>
    ),
  },
  {
    id: 'state',
    header: 'State',
    width: 'w-36',
    cell: ({ state }) => (
      <StateBadge
        state={state === 'owner-disabled' ? 'disabled' : state}
        word={state === 'owner-disabled' ? 'Owner disabled' : undefined}
      />
    ),
  },
  {
    id: 'rights',
    header: 'Rights',
    width: 'w-24',
    from: 'md',
    cell: ({ scopes }) => <span className="text-muted">{counted(scopes.length, 'right')}</span>,
  },
  {
    id: 'owner',
    header: 'Owner',
    from: 'lg',
    cell: ({ owner }) => <span className="block max-w-56 truncate text-muted">{owner.email}</span>,
  },
  {
    id: 'used',
    header: 'Last used',
    sort: 'lastUsedAt',
    align: 'right',
    width: 'w-32',
    from: 'sm',
    cell: ({ lastUsedAt }) =>
      lastUsedAt ? (
        <RelativeTime at={lastUsedAt} className="relative z-1 text-muted" />
      ) : (
        <span className="text-faint">never</span>
      ),
  },
];
