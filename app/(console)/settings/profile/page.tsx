import type { Metadata } from 'next';
import { Profile } from '@/components/settings/profile.tsx';

export const metadata: Metadata = { title: 'Your profile' };

export default function Page() {
  return <Profile />;
}
