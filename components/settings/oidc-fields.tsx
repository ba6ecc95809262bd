import { Switch } from '@/components/ui/choice.tsx';
import { Field, Input } from '@/components/ui/field.tsx';
import type { SignIn } from './settings-types.ts';
import type { SignInForm } from './sign-in-values.ts';
import { movesIssuer } from './sign-in-values.ts';

type Props = {
  readonly form: SignInForm;
  readonly oidc: SignIn['oidc'];
  /** Why nothing of it can be changed here. */
  readonly fixed: string | null;
  readonly reason: string | null;
};

/** Where the issuer is, and what this installation is there. */
export function OidcFields({ form, oidc, fixed, reason }: Props) {
  return (
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
  );
}
