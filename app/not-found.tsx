import { Link } from '@/components/ui/link.tsx';
import { Logo } from '@/components/ui/logo.tsx';

export default function NotFound() {
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center px-6">
      <Logo />
      <h1 className="mt-8 text-xl font-semibold">There is no such page</h1>
      <p className="mt-1 text-muted">It may have been deleted, or the address is mistyped.</p>
      <p className="mt-6">
        <Link href="/" className="text-accent underline-offset-4 hover:underline">
          Overview
        </Link>
      </p>
    </main>
  );
}
