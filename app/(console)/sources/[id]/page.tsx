import type { Metadata } from 'next';
import { SourceOverview } from '@/components/sources/source-overview.tsx';

export const metadata: Metadata = { title: 'Source' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <SourceOverview id={(await params).id} />;
}
