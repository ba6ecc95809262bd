'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { CircleCheck, CircleX, PlugZap, Plus, Trash2, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useForm } from '@/components/form/use-form.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { Button, IconButton } from '@/components/ui/button.tsx';
import { Card, Section } from '@/components/ui/card.tsx';
import { Switch } from '@/components/ui/choice.tsx';
import { Identifier } from '@/components/ui/code-block.tsx';
import { ConfirmDialog } from '@/components/ui/confirm-dialog.tsx';
import { ErrorNote, ErrorState } from '@/components/ui/error-state.tsx';
import { Field, Input, Select } from '@/components/ui/field.tsx';
import { sentence } from '@/components/ui/problem.ts';
import { Skeleton } from '@/components/ui/skeleton.tsx';
import { useToast } from '@/components/ui/toast.tsx';
import { ROLES } from '@/server/auth/scopes.ts';
import { writeSignInInput } from '@/server/auth/sign-in/sign-in-input.ts';
import { NoAccess } from './no-access.tsx';
import { ROLE_WORDS } from './scope-words.ts';
import type { SignIn } from './settings-types.ts';
import { EMPTY_SIGN_IN, movesIssuer, type SignInValues, signInValues, toSignInInput } from './sign-in-values.ts';

/** How people come in: by password, and through an identity provider. */
export function SignInSettings() {
  const trpc = useTRPC();
  const reason = useRefusal()('settings:read');
  const settings = useQuery(trpc.signIn.read.queryOptions({}, { enabled: reason === null }));
  if (reason !== null) return <NoAccess what="Sign-in is" reason={reason} />;
  if (settings.isError) return <ErrorState error={settings.error} onRetry={() => void settings.refetch()} />;
  if (!settings.data) return <Skeleton className="h-96 w-full max-w-2xl" />;
  return (
    <div className="max-w-2xl space-y-8">
      <Section
        title="Password"
        description="Members who were invited sign in with their e-mail address and a password. Attempts are throttled."
      >
        <Card>
          <p className="flex items-center gap-2 text-sm">
            <CircleCheck className="size-4 text-running" aria-hidden="true" /> Always possible, so that nobody is locked
            out when the identity provider is away.
          </p>
        </Card>
      </Section>
      <OidcForm key={settings.data.oidc?.version ?? 'none'} settings={settings.data} />
    </div>
  );
}

function OidcForm({ settings }: { settings: SignIn }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const toast = useToast();
  const refusal = useRefusal();
  const [isAsking, setAsking] = useState(false);
  const { oidc } = settings;
  const refresh = () => queries.invalidateQueries({ queryKey: trpc.signIn.pathKey() });
  const write = useMutation(
    trpc.signIn.write.mutationOptions({
      onSuccess: () => {
        toast.done('Single sign-on is saved', 'It counts from the next sign-in on.');
        return refresh();
      },
    }),
  );
  const remove = useMutation(
    trpc.signIn.remove.mutationOptions({
      onSuccess: () => {
        toast.done('Single sign-on is removed');
        setAsking(false);
        return refresh();
      },
    }),
  );
  const form = useForm({
    initial: oidc ? signInValues(oidc) : EMPTY_SIGN_IN,
    schema: writeSignInInput,
    toInput: (values: SignInValues) => toSignInInput(values, oidc?.version),
    failure: write.error,
  });
  const fixed = oidc?.source === 'environment' ? 'It is set in the environment of this installation.' : null;
  const reason = fixed ?? refusal('settings:manage');
  const needsSecret = form.values.clientSecret === '' && (!oidc?.hasClientSecret || movesIssuer(form.values, oidc));
  return (
    <Section
      title="Single sign-on"
      description="Through any OpenID Connect provider. Roles follow groups, and are looked at again with every sign-in."
      {...(oidc && !fixed
        ? {
            actions: (
              <Button kind="danger" icon={Trash2} reason={reason} onClick={() => setAsking(true)}>
                Remove single sign-on
              </Button>
            ),
          }
        : {})}
    >
      <form onSubmit={form.submit((input) => write.mutate(input))} noValidate className="space-y-4">
        <Card>
          <p className="mb-4 text-sm text-muted">
            Redirect address, to be entered at the provider: <Identifier text={settings.redirectUri} />
          </p>
          <fieldset disabled={fixed !== null} className="grid gap-4 sm:grid-cols-6">
            <div className="sm:col-span-6">
              <Switch
                checked={form.values.enabled}
                onChange={(enabled) => form.set('enabled', enabled)}
                label="Offer it on the sign-in page"
                reason={reason}
              />
            </div>
            <Field label="Name on the button" error={form.error('name')} className="sm:col-span-3">
              <Input {...form.text('name')} placeholder="Okta" autoComplete="off" />
            </Field>
            <Field
              label="Issuer"
              hint="Its address, as its discovery document says."
              error={form.error('issuer')}
              className="sm:col-span-6"
            >
              <Input {...form.text('issuer')} inputMode="url" spellCheck={false} placeholder="https://id.example.com" />
            </Field>
            <Field label="Client id" error={form.error('clientId')} className="sm:col-span-3">
              <Input {...form.text('clientId')} autoComplete="off" spellCheck={false} />
            </Field>
            <Field
              label="Client secret"
              hint={
                oidc?.hasClientSecret
                  ? movesIssuer(form.values, oidc)
                    ? 'Enter it again: the stored one belongs to another issuer.'
                    : 'Leave it empty to keep the stored one.'
                  : 'Kept encrypted.'
              }
              error={form.error('clientSecret')}
              className="sm:col-span-3"
            >
              <Input {...form.text('clientSecret')} type="password" autoComplete="new-password" />
            </Field>
            <Field label="Scopes" error={form.error('scopes')} className="sm:col-span-3">
              <Input {...form.text('scopes')} spellCheck={false} />
            </Field>
            <Field label="Claim with the groups" error={form.error('groupsClaim')} className="sm:col-span-3">
              <Input {...form.text('groupsClaim')} spellCheck={false} />
            </Field>
            <Field
              label="Allowed e-mail domains"
              optional
              hint="Separated by commas. Empty: all."
              error={form.error('allowedDomains[0]') ?? form.error('allowedDomains')}
              className="sm:col-span-6"
            >
              <Input {...form.text('domains', 'allowedDomains')} spellCheck={false} placeholder="example.com" />
            </Field>
          </fieldset>
        </Card>
        <Card>
          <GroupRoles form={form} reason={reason} />
        </Card>
        <TestIssuer issuer={form.values.issuer} reason={refusal('settings:manage')} />
        {write.isError && <ErrorNote error={write.error} />}
        <Button
          kind="primary"
          type="submit"
          reason={reason ?? (needsSecret ? 'Enter the client secret first.' : null)}
          pending={write.isPending && 'Saving'}
        >
          Save single sign-on
        </Button>
      </form>
      <ConfirmDialog
        open={isAsking}
        onClose={() => setAsking(false)}
        title="Remove single sign-on?"
        consequences={[
          'People of the identity provider cannot sign in any more.',
          'Its client secret and the roles of its groups are forgotten.',
        ]}
        stays={['Members with a password sign in as before.', 'The members themselves stay.']}
        action="Remove single sign-on"
        acting="Removing"
        isDanger
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate(oidc ? { version: oidc.version } : {})}
      />
    </Section>
  );
}

type FormOf = {
  readonly values: SignInValues;
  readonly set: (name: 'groupRoles', value: SignInValues['groupRoles']) => void;
  readonly error: (path: string) => string | null;
};

function GroupRoles({ form, reason }: { form: FormOf; reason: string | null }) {
  const pairs = form.values.groupRoles;
  const change = (index: number, pair: SignInValues['groupRoles'][number]) =>
    form.set(
      'groupRoles',
      pairs.map((each, at) => (at === index ? pair : each)),
    );
  return (
    <div className="space-y-3">
      <div>
        <p className="font-medium">Roles of groups</p>
        <p className="text-sm text-muted">
          Somebody in several groups gets the highest role. Whoever is in none of them may not come in.
        </p>
      </div>
      {pairs.map(({ group, role }, index) => (
        <div key={index} className="flex items-start gap-2">
          <Field
            label={<span className="sr-only">Group {index + 1}</span>}
            error={form.error(`groupRoles[${index}].group`)}
            className="flex-1"
          >
            <Input
              value={group}
              onChange={(event) => change(index, { group: event.target.value, role })}
              placeholder="data-platform"
              spellCheck={false}
            />
          </Field>
          <Field label={<span className="sr-only">Role of group {index + 1}</span>} className="w-36">
            <Select
              value={role}
              onChange={(event) =>
                change(index, { group, role: ROLES.find((known) => known === event.target.value) ?? 'viewer' })
              }
            >
              {ROLES.map((each) => (
                <option key={each} value={each}>
                  {ROLE_WORDS[each].can}
                </option>
              ))}
            </Select>
          </Field>
          <IconButton
            label={`Remove group ${group || index + 1}`}
            icon={Trash2}
            reason={reason}
            className="mt-1"
            onClick={() =>
              form.set(
                'groupRoles',
                pairs.filter((_, at) => at !== index),
              )
            }
          />
        </div>
      ))}
      <Button
        icon={Plus}
        reason={reason}
        onClick={() => form.set('groupRoles', [...pairs, { group: '', role: 'viewer' }])}
      >
        Add a group
      </Button>
    </div>
  );
}

const SHOWN = {
  error: { icon: CircleX, tone: 'text-failed' },
  warning: { icon: TriangleAlert, tone: 'text-attention' },
  ok: { icon: CircleCheck, tone: 'text-running' },
} as const;

function TestIssuer({ issuer, reason }: { issuer: string; reason: string | null }) {
  const trpc = useTRPC();
  const test = useMutation(trpc.signIn.test.mutationOptions());
  return (
    <div className="space-y-3">
      <Button
        icon={PlugZap}
        reason={reason ?? (issuer.trim() === '' ? 'Enter the issuer first.' : null)}
        pending={test.isPending && 'Testing'}
        onClick={() => test.mutate({ issuer: issuer.trim() })}
      >
        Test sign-in
      </Button>
      <div aria-live="polite">
        {test.isError && <ErrorNote error={test.error} />}
        {test.data && (
          <Card flush>
            <ul className="divide-y divide-line">
              {test.data.findings.map(({ severity, message, remedy }) => {
                const { icon: Icon, tone } = SHOWN[severity];
                return (
                  <li key={message} className="flex gap-2.5 px-4 py-2.5 text-sm">
                    <Icon className={`mt-0.5 size-4 shrink-0 ${tone}`} aria-hidden="true" />
                    <div className="min-w-0">
                      <p>{sentence(message)}</p>
                      {remedy && <p className="text-muted">{remedy}</p>}
                    </div>
                  </li>
                );
              })}
            </ul>
          </Card>
        )}
      </div>
    </div>
  );
}
