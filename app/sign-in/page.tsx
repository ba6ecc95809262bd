import type { Metadata } from 'next';
import { Logo } from '@/components/ui/logo.tsx';

export const metadata: Metadata = { title: 'Sign in' };

const PROBLEMS: Readonly<Record<string, string>> = {
  refused: 'E-mail or password is wrong.',
  throttled: 'Too many attempts. Wait five minutes and try again.',
};

const FIELD =
  'mt-1.5 block w-full rounded-lg border border-line bg-surface px-3 py-2.5 text-ink placeholder:text-faint focus:border-accent';

/** A plain form, so that it works, and leaks nothing into the address, without scripts too. */
export default async function SignInPage({ searchParams }: { searchParams: Promise<{ problem?: string }> }) {
  const problem = PROBLEMS[(await searchParams).problem ?? ''];
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center px-6 py-12">
      <Logo />
      <h1 className="mt-10 text-2xl font-semibold tracking-tight">Sign in</h1>
      <p className="mt-1 text-muted">Watch and steer your pipelines.</p>
      {problem && (
        <p role="alert" className="mt-6 rounded-lg border border-bad/40 bg-bad/10 px-3.5 py-2.5 text-sm text-bad">
          {problem}
        </p>
      )}
      <form method="post" action="/sign-in" className="mt-6 space-y-4">
        <label className="block text-sm font-medium">
          E-mail
          <input name="email" type="email" autoComplete="username" required className={FIELD} />
        </label>
        <label className="block text-sm font-medium">
          Password
          <input name="password" type="password" autoComplete="current-password" required className={FIELD} />
        </label>
        <button
          type="submit"
          className="w-full rounded-lg bg-accent px-4 py-2.5 font-medium text-accent-ink transition hover:opacity-90"
        >
          Sign in
        </button>
      </form>
    </main>
  );
}
