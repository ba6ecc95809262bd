'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTRPC } from '@/components/api/trpc.ts';
import { useForm } from '@/components/form/use-form.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { Button } from '@/components/ui/button.tsx';
import { Card, Section } from '@/components/ui/card.tsx';
import { Identifier } from '@/components/ui/code-block.tsx';
import { ConfirmDialog } from '@/components/ui/confirm-dialog.tsx';
import { ErrorNote } from '@/components/ui/error-state.tsx';
import { useToast } from '@/components/ui/toast.tsx';
import { writeSignInInput } from '@/server/auth/sign-in/sign-in-input.ts';
import { GroupRoles } from './group-roles.tsx';
import { OidcFields } from './oidc-fields.tsx';
import type { SignIn } from './settings-types.ts';
import { EMPTY_SIGN_IN, movesIssuer, type SignInValues, signInValues, toSignInInput } from './sign-in-values.ts';
import { TestIssuer } from './test-issuer.tsx';

/** Sign-in at one OpenID Connect issuer: whom it lets in, and as what. */
export function OidcForm({ settings }: { settings: SignIn }) {
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
          <OidcFields form={form} oidc={oidc} fixed={fixed} reason={reason} />
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
