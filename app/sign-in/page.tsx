import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { SignInButton, SignInField } from '@/components/sign-in/sign-in-field.tsx';
import { SignInFrame } from '@/components/sign-in/sign-in-frame.tsx';
import { signInProblem } from '@/components/sign-in/sign-in-problem.ts';

export const metadata: Metadata = { title: 'Sign in' };

type Search = { problem?: string; callbackUrl?: string };

/** Plain forms, so that they work, and leak nothing into the address, without scripts too. */
export default async function SignInPage({ searchParams }: { searchParams: Promise<Search> }) {
  const { problem, callbackUrl } = await searchParams;
  // The front door says what the identity provider is called; empty without one.
  const told = await headers();
  const issuer = decodeURIComponent(told.get('x-philotes-issuer') ?? '');
  const tried = decodeURIComponent(told.get('x-philotes-tried') ?? '');
  const wasPassword = problem === 'refused' || problem === 'throttled';
  const back = callbackUrl ? <input type="hidden" name="callbackUrl" value={callbackUrl} /> : null;
  return (
    <SignInFrame
      title="Sign in"
      text="Watch and steer your pipelines."
      problem={signInProblem(problem, wasPassword ? '' : tried)}
    >
      {issuer !== '' && (
        <>
          <form method="post" action="/sign-in/oidc">
            {back}
            <SignInButton kind="primary" label={`Continue with ${issuer}`} />
          </form>
          <p className="my-4 flex items-center gap-3 text-xs text-muted before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
            or with a password
          </p>
        </>
      )}
      <form method="post" action="/sign-in" className="space-y-4">
        {back}
        <SignInField
          label="E-mail"
          name="email"
          type="email"
          autoComplete="username"
          defaultValue={wasPassword ? tried : ''}
          required
        />
        <SignInField label="Password" name="password" type="password" autoComplete="current-password" required />
        <SignInButton kind={issuer === '' ? 'primary' : 'secondary'} label="Sign in" />
      </form>
    </SignInFrame>
  );
}
