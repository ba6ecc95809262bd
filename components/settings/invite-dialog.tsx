'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import { useForm } from '@/components/form/use-form.ts';
import { useMe } from '@/components/session/use-me.ts';
import { Button } from '@/components/ui/button.tsx';
import { RadioCards } from '@/components/ui/choice.tsx';
import { Dialog } from '@/components/ui/dialog.tsx';
import { ErrorNote } from '@/components/ui/error-state.tsx';
import { Field, Input } from '@/components/ui/field.tsx';
import { exactTime } from '@/components/ui/relative-time.tsx';
import { isRole, ROLES, type Role } from '@/server/auth/scopes.ts';
import { inviteMemberInput } from '@/server/members/member-input.ts';
import { OneTime } from './one-time.tsx';
import { ROLE_WORDS } from './scope-words.ts';

type Values = { readonly email: string; readonly name: string; readonly role: Role };
const EMPTY: Values = { email: '', name: '', role: 'viewer' };

/** Invites somebody by a link that is handed over, since nothing is mailed. */
export function InviteDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const me = useMe();
  const invite = useMutation(
    trpc.members.invite.mutationOptions({
      onSuccess: () => queries.invalidateQueries({ queryKey: trpc.members.pathKey() }),
    }),
  );
  const form = useForm({
    initial: EMPTY,
    schema: inviteMemberInput,
    toInput: ({ email, name, role }: Values) => ({ email, role, ...(name.trim() === '' ? {} : { name }) }),
    failure: invite.error,
  });
  const close = () => {
    form.clear();
    invite.reset();
    onClose();
  };
  const send = form.submit((input) => invite.mutate(input));
  const highest = me && isRole(me.role) ? ROLES.indexOf(me.role) : -1;
  return (
    <Dialog
      open={open}
      onClose={close}
      once={invite.data !== undefined}
      title={invite.data ? `${invite.data.member.email} is invited` : 'Invite a member'}
      description={
        invite.data
          ? 'Hand the link over yourself: nothing is mailed.'
          : 'People of your identity provider need no invitation.'
      }
      footer={
        invite.data ? (
          <Button kind="primary" onClick={close}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={close}>Cancel</Button>
            <Button kind="primary" pending={invite.isPending && 'Inviting'} onClick={() => send()}>
              Invite member
            </Button>
          </>
        )
      }
    >
      {invite.data ? (
        <OneTime
          text={invite.data.link}
          label="One-time link"
          note={`Works once, until ${exactTime(invite.data.expiresAt)}. It is not shown again; a new one can be made.`}
        />
      ) : (
        <form onSubmit={send} noValidate className="space-y-4">
          <Field label="E-mail" error={form.error('email')}>
            <Input {...form.text('email')} type="email" autoComplete="off" />
          </Field>
          <Field label="Name" optional error={form.error('name')}>
            <Input {...form.text('name')} autoComplete="off" />
          </Field>
          <RadioCards
            label="Role"
            value={form.values.role}
            onChange={(role) => form.set('role', role)}
            choices={ROLES.map((role, index) => ({
              value: role,
              label: ROLE_WORDS[role].can,
              hint: ROLE_WORDS[role].about,
              reason: index > highest ? 'Above your own role.' : null,
            }))}
          />
          {invite.isError && <ErrorNote error={invite.error} />}
          <button type="submit" className="hidden" aria-hidden="true" tabIndex={-1} />
        </form>
      )}
    </Dialog>
  );
}
