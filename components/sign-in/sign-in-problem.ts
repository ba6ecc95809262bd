/** Why somebody was not let in, in words; the front door puts the key into the address. */
const PROBLEMS: Readonly<Record<string, string>> = {
  refused: 'E-mail or password is wrong.',
  throttled: 'Too many attempts. Wait five minutes and try again.',
  disabled: 'This account is disabled. An admin can enable it under Settings, Members.',
  'no-role': 'You are known, and none of your groups has a role here. Ask an owner to map one of them.',
  email: 'The identity provider did not give an e-mail address. It must send the claim email.',
  'email-not-verified': 'The identity provider has not verified your e-mail address.',
  domain: 'E-mail addresses of this domain are not admitted.',
  'groups-overage':
    'You are in more groups than the identity provider sends. Ask an owner to use app roles or fewer groups.',
  'email-taken': 'Somebody else is here with this e-mail address. Ask an admin to remove that account first.',
  issuer:
    'The identity provider did not finish the sign-in. Try again; if it stays, an owner can test it under Settings.',
  'no-issuer': 'No identity provider is set up.',
  link: 'This link is no longer valid: it was used, it expired, or a newer one was made. Ask an admin for a new one.',
  password: 'The password must have 12 characters or more.',
};

/** `tried` is the address that the identity provider gave: people have several accounts there, and may have come with another. */
export function signInProblem(key: string | undefined, tried = ''): string | null {
  if (key === undefined) return null;
  const problem = PROBLEMS[key] ?? 'You were not signed in. Try again.';
  return tried === '' ? problem : `${problem} The identity provider named you as ${tried}.`;
}
