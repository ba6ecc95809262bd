'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { UserPlus, Users } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Section } from '@/components/ui/card.tsx';
import { type Column, DataTable } from '@/components/ui/data-table.tsx';
import { EmptyState } from '@/components/ui/empty-state.tsx';
import { FilterSelect } from '@/components/ui/filter-select.tsx';
import { PagedCard, rowsOf } from '@/components/ui/paged-card.tsx';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { SearchField } from '@/components/ui/search-field.tsx';
import { StateBadge } from '@/components/ui/state-badge.tsx';
import { useUrlState } from '@/components/ui/url-state.ts';
import { isRole, ROLES } from '@/server/auth/scopes.ts';
import { InviteDialog } from './invite-dialog.tsx';
import { MemberDrawer } from './member-drawer.tsx';
import { RoleMatrix } from './role-matrix.tsx';
import { ROLE_WORDS } from './scope-words.ts';
import type { Member } from './settings-types.ts';

const SORTS = ['email', '-email', 'createdAt', '-createdAt', 'lastSignInAt', '-lastSignInAt'] as const;

/** Who may come in, as what, and what that means. */
export function Members() {
  const trpc = useTRPC();
  const url = useUrlState();
  const reason = useRefusal()('member:manage');
  const search = url.get('search');
  const role = url.get('role');
  const sort = SORTS.find((known) => known === url.get('sort'));
  const list = useInfiniteQuery(
    trpc.members.list.infiniteQueryOptions(
      {
        limit: 100,
        ...(search ? { search } : {}),
        ...(role && isRole(role) ? { role } : {}),
        ...(sort ? { sort } : {}),
      },
      { getNextPageParam: ({ nextCursor }) => nextCursor, placeholderData: (before) => before },
    ),
  );
  const members = rowsOf(list);
  const opened = members.find(({ id }) => id === url.get('member'));
  return (
    <div className="space-y-8">
      <Section
        title="Members"
        actions={
          <Button
            kind="primary"
            icon={UserPlus}
            reason={reason}
            onClick={() => url.set({ inviting: 'yes' }, { push: true })}
          >
            Invite a member
          </Button>
        }
      >
        <div className="mb-3 flex flex-wrap gap-2">
          <SearchField label="Search members" />
          <FilterSelect
            label="Role"
            name="role"
            all="All roles"
            choices={ROLES.map((value) => ({ value, label: ROLE_WORDS[value].can }))}
          />
        </div>
        <PagedCard
          list={list}
          columns={5}
          empty={
            <EmptyState icon={Users} title="No member matches">
              Change the search or the role above.
            </EmptyState>
          }
        >
          {(rows, footer) => (
            <DataTable
              label="Members"
              columns={COLUMNS}
              rows={rows}
              rowKey={({ id }) => id}
              rowHref={({ id }) => url.href({ member: id })}
              rowLabel={({ email }) => email}
              isSelected={({ id }) => id === opened?.id}
              footer={footer}
            />
          )}
        </PagedCard>
      </Section>
      <RoleMatrix />
      <InviteDialog open={url.get('inviting') !== null} onClose={() => url.set({ inviting: null })} />
      <MemberDrawer key={opened?.id ?? ''} member={opened} onClose={() => url.set({ member: null })} />
    </div>
  );
}

const COLUMNS: readonly Column<Member>[] = [
  {
    id: 'email',
    header: 'Member',
    sort: 'email',
    cell: ({ email, name, isYou }) => (
      <span className="flex min-w-0 items-center gap-2">
        <span className="block max-w-72 truncate">
          <span className="font-medium">{email}</span>
          {name && <span className="text-muted"> {name}</span>}
        </span>
        {isYou && <Badge>You</Badge>}
      </span>
    ),
  },
  {
    id: 'role',
    header: 'Role',
    width: 'w-28',
    cell: ({ role }) => <Badge tone={role === 'owner' ? 'accent' : 'idle'}>{ROLE_WORDS[role].can}</Badge>,
  },
  { id: 'status', header: 'Status', width: 'w-32', from: 'sm', cell: ({ status }) => <StateBadge state={status} /> },
  {
    id: 'with',
    header: 'Signs in with',
    width: 'w-36',
    from: 'lg',
    cell: ({ signsInWith }) => (
      <span className="text-muted">
        {signsInWith === 'oidc' ? 'Single sign-on' : signsInWith === 'password' ? 'Password' : 'Nothing yet'}
      </span>
    ),
  },
  {
    id: 'last',
    header: 'Last sign-in',
    sort: 'lastSignInAt',
    align: 'right',
    width: 'w-32',
    from: 'md',
    cell: ({ lastSignInAt }) =>
      lastSignInAt ? (
        <RelativeTime at={lastSignInAt} className="relative z-1 text-muted" />
      ) : (
        <span className="text-faint">never</span>
      ),
  },
];
