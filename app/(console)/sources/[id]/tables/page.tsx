import type { Metadata } from 'next';
import { SourceTables } from '@/components/sources/source-tables.tsx';

export const metadata: Metadata = { title: 'Tables of a source' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <SourceTables id={(await params).id} />;
}
