import type { Metadata } from 'next';
import { SignInSettings } from '@/components/settings/sign-in-settings.tsx';

export const metadata: Metadata = { title: 'Sign-in' };

export default function Page() {
  return <SignInSettings />;
}
