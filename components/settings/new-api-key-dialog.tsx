'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import { useForm } from '@/components/form/use-form.ts';
import { useMe } from '@/components/session/use-me.ts';
import { Button } from '@/components/ui/button.tsx';
import { Checkbox } from '@/components/ui/choice.tsx';
import { Dialog } from '@/components/ui/dialog.tsx';
import { ErrorNote } from '@/components/ui/error-state.tsx';
import { Field, Input, Select } from '@/components/ui/field.tsx';
import { createApiKeyInput } from '@/server/auth/api-key-input.ts';
import { KEY_SCOPES, type Scope } from '@/server/auth/scopes.ts';
import { OneTime } from './one-time.tsx';
import { SCOPE_GROUPS, SCOPE_WORDS } from './scope-words.ts';

type Values = { readonly name: string; readonly days: string; readonly scopes: readonly Scope[] };
const EMPTY: Values = { name: '', days: '90', scopes: [] };
const DAY_MS = 86_400_000;
const LIFETIMES = [
  { days: '7', label: '7 days' },
  { days: '30', label: '30 days' },
  { days: '90', label: '90 days' },
  { days: '365', label: 'A year' },
  { days: '', label: 'Until it is revoked' },
] as const;

const toInput = ({ name, days, scopes }: Values) => ({
  name: name.trim(),
  scopes: scopes.filter((scope) => KEY_SCOPES.some((known) => known === scope)),
  // To the minute: what was typed must not change under one's hands.
  ...(days === ''
    ? {}
    : { expiresAt: new Date(Math.floor(Date.now() / 60_000) * 60_000 + Number(days) * DAY_MS).toISOString() }),
});

/** Makes a key; its token is shown once, here. */
export function NewApiKeyDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const trpc = useTRPC();
  const queries = useQueryClient();
  const mine = new Set(useMe()?.scopes);
  const create = useMutation(
    trpc.apiKeys.create.mutationOptions({
      onSuccess: () => queries.invalidateQueries({ queryKey: trpc.apiKeys.pathKey() }),
    }),
  );
  const form = useForm({ initial: EMPTY, schema: createApiKeyInput, toInput, failure: create.error });
  const close = () => {
    form.clear();
    create.reset();
    onClose();
  };
  const send = form.submit((input) => create.mutate(input));
  const { scopes } = form.values;
  const readable = KEY_SCOPES.filter((scope) => scope.endsWith(':read') && mine.has(scope));
  return (
    <Dialog
      open={open}
      onClose={close}
      wide
      once={create.data !== undefined}
      title={create.data ? `API key ${create.data.key.name} is made` : 'Make an API key'}
      description={create.data ? 'Copy the token now.' : 'It acts for you, with the rights that you choose.'}
      footer={
        create.data ? (
          <Button kind="primary" onClick={close}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={close}>Cancel</Button>
            <Button kind="primary" pending={create.isPending && 'Making'} onClick={() => send()}>
              Make API key
            </Button>
          </>
        )
      }
    >
      {create.data ? (
        <OneTime
          text={create.data.token}
          label="Token"
          note="Send it as “Authorization: Bearer …”. It is kept here as a hash only and cannot be shown again."
        />
      ) : (
        <form onSubmit={send} noValidate className="space-y-4">
          <div className="grid gap-4 sm:grid-cols-2">
            <Field label="Name" hint="Who or what uses it." error={form.error('name')}>
              <Input {...form.text('name')} autoComplete="off" placeholder="nightly report" />
            </Field>
            <Field label="Works for" error={form.error('expiresAt')}>
              <Select {...form.text('days', 'expiresAt')}>
                {LIFETIMES.map(({ days, label }) => (
                  <option key={days} value={days}>
                    {label}
                  </option>
                ))}
              </Select>
            </Field>
          </div>
          <fieldset>
            <legend className="flex w-full items-center justify-between gap-2 text-sm font-medium">
              What it may do
              <Button kind="ghost" onClick={() => form.set('scopes', readable)}>
                Everything that only reads
              </Button>
            </legend>
            {form.error('scopes') && <p className="text-xs text-failed">{form.error('scopes')}</p>}
            <div className="mt-2 grid gap-x-6 gap-y-4 sm:grid-cols-2">
              {SCOPE_GROUPS.map((group) => (
                <div key={group.title} className="space-y-2">
                  <p className="text-xs text-muted">{group.title}</p>
                  {group.scopes.map((scope) => (
                    <Checkbox
                      key={scope}
                      checked={scopes.includes(scope)}
                      onChange={(isOn) =>
                        form.set('scopes', isOn ? [...scopes, scope] : scopes.filter((each) => each !== scope))
                      }
                      label={SCOPE_WORDS[scope].can}
                      hint={SCOPE_WORDS[scope].about}
                      reason={mine.has(scope) ? null : 'Your own role may not do this.'}
                    />
                  ))}
                </div>
              ))}
            </div>
          </fieldset>
          {create.isError && <ErrorNote error={create.error} />}
          <button type="submit" className="hidden" aria-hidden="true" tabIndex={-1} />
        </form>
      )}
    </Dialog>
  );
}
