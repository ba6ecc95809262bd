import type { useForm } from '@/components/form/use-form.ts';
import type { Role } from '@/server/auth/scopes.ts';
import type { SignIn } from './settings-types.ts';

type Oidc = NonNullable<SignIn['oidc']>;

/** What is typed. */
export type SignInValues = {
  readonly enabled: boolean;
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: string;
  readonly groupsClaim: string;
  /** Separated by commas. */
  readonly domains: string;
  readonly groupRoles: readonly { readonly group: string; readonly role: Role }[];
  /** Empty: whoever no group gives a role may not come in. */
  readonly defaultRole: string;
};

/** What the parts of the form use of it. */
export type SignInForm = Pick<ReturnType<typeof useForm<SignInValues, never>>, 'values' | 'set' | 'error' | 'text'>;

export const EMPTY_SIGN_IN: SignInValues = {
  enabled: true,
  name: '',
  issuer: '',
  clientId: '',
  clientSecret: '',
  scopes: 'openid email profile',
  groupsClaim: 'groups',
  domains: '',
  groupRoles: [{ group: '', role: 'viewer' }],
  defaultRole: '',
};

export const signInValues = (oidc: Oidc): SignInValues => ({
  enabled: oidc.enabled,
  name: oidc.name,
  issuer: oidc.issuer,
  clientId: oidc.clientId,
  clientSecret: '',
  scopes: oidc.scopes,
  groupsClaim: oidc.groupsClaim,
  domains: oidc.allowedDomains.join(', '),
  groupRoles: oidc.groupRoles,
  defaultRole: oidc.defaultRole ?? '',
});

/** Whether the stored secret would go to an issuer that it does not belong to. */
export const movesIssuer = (values: SignInValues, oidc: Oidc): boolean => values.issuer.trim() !== oidc.issuer;

/** As `signIn.write` takes it. An empty secret leaves the stored one. */
export const toSignInInput = (values: SignInValues, version: string | undefined) => ({
  ...(version === undefined ? {} : { version }),
  enabled: values.enabled,
  name: values.name,
  issuer: values.issuer.trim(),
  clientId: values.clientId,
  ...(values.clientSecret === '' ? {} : { clientSecret: values.clientSecret }),
  scopes: values.scopes.trim(),
  groupsClaim: values.groupsClaim,
  allowedDomains: values.domains
    .split(/[\s,]+/)
    .map((domain) => domain.trim())
    .filter(Boolean),
  groupRoles: values.groupRoles.filter(({ group }) => group.trim() !== ''),
  defaultRole: values.defaultRole === '' ? null : values.defaultRole,
});
