import type { Metadata } from 'next';
import { LakeHome } from '@/components/lake/lake-home.tsx';

export const metadata: Metadata = { title: 'Lake' };

export default function Page() {
  return <LakeHome />;
}
