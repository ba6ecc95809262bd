import type { Metadata, Viewport } from 'next';
import { headers } from 'next/headers';
import type { ReactNode } from 'react';
import './globals.css';

export const metadata: Metadata = { title: { default: 'Philotes', template: '%s · Philotes' } };
export const viewport: Viewport = { width: 'device-width', initialScale: 1 };

/** Reading the request makes every page dynamic: a static one could not carry this request's nonce. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  await headers();
  return (
    <html lang="en">
      <body className="min-h-dvh text-[15px] leading-6">{children}</body>
    </html>
  );
}
