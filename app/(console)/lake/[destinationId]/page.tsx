import type { Metadata } from 'next';
import { LakeTableList } from '@/components/lake/lake-table-list.tsx';
import { PageHeader } from '@/components/ui/card.tsx';

export const metadata: Metadata = { title: 'Lake' };

export default async function Page({ params }: { params: Promise<{ destinationId: string }> }) {
  const { destinationId } = await params;
  return (
    <div className="space-y-4">
      <PageHeader title="Lake" />
      <LakeTableList destinationId={destinationId} />
    </div>
  );
}
