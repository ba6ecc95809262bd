import type { Metadata } from 'next';
import { SignInButton, SignInField } from '@/components/sign-in/sign-in-field.tsx';
import { SignInFrame } from '@/components/sign-in/sign-in-frame.tsx';
import { signInProblem } from '@/components/sign-in/sign-in-problem.ts';

export const metadata: Metadata = { title: 'Choose a password' };

type Search = { token?: string; problem?: string };

/** Where an invitation or a reset leads: a password is chosen, and the person is signed in. */
export default async function LinkPage({ searchParams }: { searchParams: Promise<Search> }) {
  const { token, problem } = await searchParams;
  if (!token) {
    return (
      <SignInFrame title="This link does not work" text="" problem={signInProblem(problem ?? 'link')}>
        <a href="/sign-in" className="text-accent hover:underline">
          Sign in
        </a>
      </SignInFrame>
    );
  }
  return (
    <SignInFrame title="Choose a password" text="It signs you in from now on." problem={signInProblem(problem)}>
      <form method="post" action="/sign-in/link" className="space-y-4">
        <input type="hidden" name="token" value={token} />
        <SignInField
          label="Password, 12 characters or more"
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={12}
          maxLength={1000}
          required
        />
        <SignInButton kind="primary" label="Save password and sign in" />
      </form>
    </SignInFrame>
  );
}
