'use client';

import './globals.css';

export default function GlobalError({ reset }: { reset: () => void }) {
  return (
    <html lang="en">
      <body>
        <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center px-6">
          <h1 className="text-xl font-semibold">The console failed</h1>
          <p className="mt-1 text-muted">Pipelines are not affected. The log of the web process says why.</p>
          <p className="mt-4">
            <button
              type="button"
              onClick={reset}
              className="h-8 rounded-md border border-control bg-surface px-3 text-sm font-medium hover:bg-raised"
            >
              Load again
            </button>
          </p>
        </main>
      </body>
    </html>
  );
}
