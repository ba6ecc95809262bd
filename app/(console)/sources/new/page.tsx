import type { Metadata } from 'next';
import { NewSource } from '@/components/sources/new-source.tsx';

export const metadata: Metadata = { title: 'Connect a source' };

export default function Page() {
  return <NewSource />;
}
