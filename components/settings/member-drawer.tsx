'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Ban, Link2, Trash2, UserCheck } from 'lucide-react';
import { useState } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useMe } from '@/components/session/use-me.ts';
import { Button } from '@/components/ui/button.tsx';
import { Facts } from '@/components/ui/card.tsx';
import { ConfirmDialog } from '@/components/ui/confirm-dialog.tsx';
import { Drawer } from '@/components/ui/dialog.tsx';
import { ErrorNote } from '@/components/ui/error-state.tsx';
import { Field, Select } from '@/components/ui/field.tsx';
import { counted } from '@/components/ui/figures.ts';
import { exactTime, RelativeTime } from '@/components/ui/relative-time.tsx';
import { StateBadge } from '@/components/ui/state-badge.tsx';
import { useToast } from '@/components/ui/toast.tsx';
import { isRole, ROLES } from '@/server/auth/scopes.ts';
import { OneTime } from './one-time.tsx';
import { ROLE_WORDS } from './scope-words.ts';
import type { Member } from './settings-types.ts';

/** One member: their role, and the ways to shut them out. */
export function MemberDrawer({ member, onClose }: { member: Member | undefined; onClose: () => void }) {
  return (
    <Drawer
      open={member !== undefined}
      onClose={onClose}
      title={member?.name ?? member?.email ?? ''}
      description={member?.name ? member.email : undefined}
    >
      {member && <MemberDetail member={member} onGone={onClose} />}
    </Drawer>
  );
}

function MemberDetail({ member, onGone }: { member: Member; onGone: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const me = useMe();
  const [asked, setAsked] = useState<'disable' | 'remove' | null>(null);
  const told = (title: string) => ({
    onSuccess: () => {
      toast.done(title);
      setAsked(null);
      return queries.invalidateQueries({ queryKey: trpc.members.pathKey() });
    },
  });
  const update = useMutation(trpc.members.update.mutationOptions(told(`${member.email} is changed`)));
  const link = useMutation(
    trpc.members.renewLink.mutationOptions({
      onSuccess: () => queries.invalidateQueries({ queryKey: trpc.members.pathKey() }),
    }),
  );
  const remove = useMutation(
    trpc.members.remove.mutationOptions({
      onSuccess: async () => {
        toast.done(`${member.email} is removed`);
        onGone();
        await queries.invalidateQueries({ queryKey: trpc.members.pathKey() });
      },
    }),
  );
  const reason = member.mayManage
    ? null
    : 'This needs a role that is at least theirs, and the right to manage members.';
  const roleReason = member.roleFromGroups ? 'The role follows their groups at the identity provider.' : reason;
  const highest = me && isRole(me.role) ? ROLES.indexOf(me.role) : -1;
  const isShut = member.status === 'disabled' || member.status === 'no-role';
  const { id, version } = member;
  return (
    <div className="space-y-6">
      <Field label="Role" hint={roleReason ?? ROLE_WORDS[member.role].about}>
        <Select
          value={member.role}
          disabled={roleReason !== null || update.isPending}
          onChange={(event) => {
            const role = event.target.value;
            if (isRole(role)) update.mutate({ id, version, role });
          }}
        >
          {ROLES.map((role, index) => (
            <option key={role} value={role} disabled={index > highest}>
              {ROLE_WORDS[role].can}
            </option>
          ))}
        </Select>
      </Field>
      {update.isError && asked === null && <ErrorNote error={update.error} />}
      <Facts
        items={[
          { name: 'Status', value: <StateBadge state={member.status} /> },
          {
            name: 'Signs in with',
            value:
              member.signsInWith === 'oidc'
                ? 'Single sign-on'
                : member.signsInWith === 'password'
                  ? 'Password'
                  : 'Nothing yet',
          },
          { name: 'Last sign-in', value: member.lastSignInAt ? <RelativeTime at={member.lastSignInAt} /> : 'Never' },
          { name: 'Signed in', value: counted(member.sessions, 'place') },
          { name: 'API keys', value: counted(member.apiKeys, 'key') },
          { name: 'Since', value: <RelativeTime at={member.createdAt} /> },
        ]}
      />
      {link.data && (
        <OneTime
          text={link.data.link}
          label="One-time link"
          note={`Works once, until ${exactTime(link.data.expiresAt)}. Hand it over yourself; it is not shown again.`}
        />
      )}
      {link.isError && <ErrorNote error={link.error} />}
      <div className="flex flex-wrap gap-2 border-t border-line pt-4">
        <Button
          icon={Link2}
          reason={member.signsInWith === 'oidc' ? 'Their identity provider signs them in.' : reason}
          pending={link.isPending && 'Making a link'}
          onClick={() => link.mutate({ id })}
        >
          {member.status === 'invited' ? 'Make a new invitation link' : 'Make a password link'}
        </Button>
        {isShut ? (
          <Button
            icon={UserCheck}
            reason={reason}
            pending={update.isPending && 'Letting in'}
            onClick={() => update.mutate({ id, version, disabled: false })}
          >
            Enable member
          </Button>
        ) : (
          <Button kind="danger" icon={Ban} reason={reason} onClick={() => setAsked('disable')}>
            Disable member
          </Button>
        )}
        <Button kind="danger" icon={Trash2} reason={reason} onClick={() => setAsked('remove')}>
          Remove member
        </Button>
      </div>
      <ConfirmDialog
        open={asked === 'disable'}
        onClose={() => setAsked(null)}
        title={`Disable ${member.email}?`}
        consequences={[
          `They are signed out at once (${counted(member.sessions, 'place')}) and cannot sign in.`,
          `Their API keys (${counted(member.apiKeys, 'key')}) stop working.`,
        ]}
        stays={['What they made stays, and they can be enabled again.']}
        action="Disable member"
        acting="Disabling"
        isDanger
        isPending={update.isPending}
        error={update.error}
        onConfirm={() => update.mutate({ id, version, disabled: true })}
      />
      <ConfirmDialog
        open={asked === 'remove'}
        onClose={() => setAsked(null)}
        title={`Remove ${member.email}?`}
        consequences={[
          'They are signed out at once and cannot sign in.',
          `Their API keys (${counted(member.apiKeys, 'key')}) end for good.`,
        ]}
        stays={['Pipelines, sources and destinations stay.', 'The audit log keeps what they did.']}
        action="Remove member"
        acting="Removing"
        isDanger
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate({ id, version })}
      />
    </div>
  );
}
