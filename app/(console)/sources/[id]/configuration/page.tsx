import type { Metadata } from 'next';
import { SourceConfiguration } from '@/components/sources/source-configuration.tsx';

export const metadata: Metadata = { title: 'Configuration of a source' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <SourceConfiguration id={(await params).id} />;
}
