import Link from 'next/link';

export default function NotFound() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center px-6">
      <p className="font-mono text-sm text-faint">404</p>
      <h1 className="mt-2 text-2xl font-semibold tracking-tight">There is no such page</h1>
      <p className="mt-2 text-muted">It may have been deleted, or the address is mistyped.</p>
      <Link href="/" className="mt-6 text-accent underline-offset-4 hover:underline">
        All pipelines
      </Link>
    </main>
  );
}
