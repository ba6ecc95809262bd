'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Laptop } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useForm } from '@/components/form/use-form.ts';
import { Badge } from '@/components/ui/badge.tsx';
import { Button } from '@/components/ui/button.tsx';
import { Card, Facts, Section } from '@/components/ui/card.tsx';
import { ErrorNote, ErrorState } from '@/components/ui/error-state.tsx';
import { Field, Input } from '@/components/ui/field.tsx';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { Skeleton, TableSkeleton } from '@/components/ui/skeleton.tsx';
import { useToast } from '@/components/ui/toast.tsx';
import { changePasswordInput } from '@/server/members/member-input.ts';
import { browserText } from './browser-text.ts';
import { ROLE_WORDS } from './scope-words.ts';
import type { Session } from './settings-types.ts';

/** What people look after themselves: their password, and where they are signed in. */
export function Profile() {
  const trpc = useTRPC();
  const profile = useQuery(trpc.profile.get.queryOptions({}));
  if (profile.isError) return <ErrorState error={profile.error} onRetry={() => void profile.refetch()} />;
  const { data } = profile;
  return (
    <div className="max-w-2xl space-y-8">
      <Section title="You">
        <Card className="py-2">
          {data ? (
            <Facts
              items={[
                { name: 'E-mail', value: data.member.email },
                { name: 'Name', value: data.member.name ?? 'Not given' },
                { name: 'Role', value: `${ROLE_WORDS[data.member.role].can}: ${ROLE_WORDS[data.member.role].about}` },
                { name: 'Member since', value: <RelativeTime at={data.member.createdAt} /> },
              ]}
            />
          ) : (
            <div className="space-y-4 py-2">
              <Skeleton className="h-3 w-64" />
              <Skeleton className="h-3 w-48" />
              <Skeleton className="h-3 w-56" />
            </div>
          )}
        </Card>
      </Section>
      {data?.passwordSignIn && <ChangePassword />}
      <Sessions />
    </div>
  );
}

const EMPTY = { current: '', next: '', again: '' };

function ChangePassword() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const change = useMutation(
    trpc.profile.changePassword.mutationOptions({
      onSuccess: () => {
        toast.done('Your password is changed', 'You are signed out everywhere else.');
        form.clear();
        return queries.invalidateQueries({ queryKey: trpc.profile.pathKey() });
      },
    }),
  );
  const form = useForm({
    initial: EMPTY,
    schema: changePasswordInput,
    toInput: ({ current, next }: typeof EMPTY) => ({ current, next }),
    failure: change.error,
  });
  const { current, next, again } = form.values;
  const differs = again !== '' && next !== again;
  return (
    <Section title="Password" description="Changing it signs you out everywhere else.">
      <Card>
        <form onSubmit={form.submit((input) => change.mutate(input))} noValidate className="space-y-4">
          <Field label="Present password" error={form.error('current')}>
            <Input {...form.text('current')} type="password" autoComplete="current-password" />
          </Field>
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="New password" hint="12 characters or more." error={form.error('next')}>
              <Input {...form.text('next')} type="password" autoComplete="new-password" />
            </Field>
            <Field label="New password again" error={differs ? 'It differs from the one before.' : null}>
              <Input {...form.text('again')} type="password" autoComplete="new-password" />
            </Field>
          </div>
          {change.isError && <ErrorNote error={change.error} />}
          <Button
            kind="primary"
            type="submit"
            reason={current && next && next === again ? null : 'Fill in all three; the new ones must be the same.'}
            pending={change.isPending && 'Changing'}
          >
            Change password
          </Button>
        </form>
      </Card>
    </Section>
  );
}

function Sessions() {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const sessions = useQuery(trpc.profile.sessions.queryOptions({}));
  const refresh = () => queries.invalidateQueries({ queryKey: trpc.profile.pathKey() });
  const end = useMutation(
    trpc.profile.endSession.mutationOptions({
      onSuccess: () => {
        toast.done('Signed out there');
        return refresh();
      },
      onError: (error) => toast.failed('The session goes on', error),
    }),
  );
  const endOthers = useMutation(
    trpc.profile.endOtherSessions.mutationOptions({
      onSuccess: () => {
        toast.done('Signed out everywhere else');
        return refresh();
      },
      onError: (error) => toast.failed('The other sessions go on', error),
    }),
  );
  const items = sessions.data?.items ?? [];
  return (
    <Section
      title="Where you are signed in"
      actions={
        <Button
          reason={items.length > 1 ? null : 'You are signed in nowhere else.'}
          pending={endOthers.isPending && 'Signing out'}
          onClick={() => endOthers.mutate({})}
        >
          Sign out everywhere else
        </Button>
      }
    >
      <Card flush>
        {sessions.isPending && <TableSkeleton rows={2} columns={3} />}
        {sessions.isError && (
          <div className="px-4 py-2">
            <ErrorState error={sessions.error} onRetry={() => void sessions.refetch()} />
          </div>
        )}
        <ul className="divide-y divide-line">
          {items.map((session) => (
            <SessionLine
              key={session.id}
              session={session}
              isEnding={end.isPending && end.variables.id === session.id}
              onEnd={() => end.mutate({ id: session.id })}
            />
          ))}
        </ul>
      </Card>
    </Section>
  );
}

const METHODS: Readonly<Record<string, string>> = {
  password: 'password',
  oidc: 'single sign-on',
  link: 'a one-time link',
};

function SessionLine({ session, isEnding, onEnd }: { session: Session; isEnding: boolean; onEnd: () => void }) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2.5">
      <Laptop className="size-4 shrink-0 text-muted" aria-hidden="true" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {browserText(session.userAgent)}
          {session.current && <Badge tone="accent">This one</Badge>}
        </p>
        <p className="text-sm text-muted">
          {session.address ?? 'unknown address'}, with {METHODS[session.method] ?? session.method}, seen{' '}
          <RelativeTime at={session.lastSeenAt} />
        </p>
      </div>
      <Button
        reason={session.current ? 'Sign out at the foot of the menu.' : null}
        pending={isEnding && 'Signing out'}
        onClick={onEnd}
      >
        Sign out
      </Button>
    </li>
  );
}
