import { CircleX } from 'lucide-react';
import type { ReactNode } from 'react';
import { Logo } from '@/components/ui/logo.tsx';

/** The door: plain forms that work without scripts, and why one was not let in. */
export function SignInFrame({
  title,
  text,
  problem,
  children,
}: {
  title: string;
  text: string;
  problem: string | null;
  children: ReactNode;
}) {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-sm flex-col justify-center px-6 py-12">
      <Logo />
      <h1 className="mt-8 text-xl font-semibold">{title}</h1>
      <p className="mt-1 text-muted">{text}</p>
      {problem !== null && (
        <p role="alert" className="mt-4 flex gap-2 rounded-md border border-failed/40 bg-failed/5 px-3 py-2 text-sm">
          <CircleX className="mt-0.5 size-4 shrink-0 text-failed" aria-hidden="true" />
          {problem}
        </p>
      )}
      <div className="mt-6">{children}</div>
    </main>
  );
}
