import '@fontsource-variable/inter/index.css';
import '@fontsource-variable/jetbrains-mono/index.css';
import type { Metadata, Viewport } from 'next';
import { cookies, headers } from 'next/headers';
import type { ReactNode } from 'react';
import { Nonce } from '@/components/frame/nonce.tsx';
import { THEME_COOKIE, toTheme } from '@/components/frame/preferences.ts';
import './globals.css';

export const metadata: Metadata = { title: { default: 'Philotes', template: '%s · Philotes' } };
export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f7f8f9' },
    { media: '(prefers-color-scheme: dark)', color: '#0b0d10' },
  ],
};

/** Reading the request makes every page dynamic: a static one could not carry this request's nonce. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const nonce = (await headers()).get('x-nonce') ?? '';
  const theme = toTheme((await cookies()).get(THEME_COOKIE)?.value);
  return (
    <html lang="en" {...(theme === 'system' ? {} : { 'data-theme': theme })} suppressHydrationWarning>
      <body>
        <Nonce value={nonce} />
        {children}
      </body>
    </html>
  );
}
