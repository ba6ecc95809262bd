import type { Metadata } from 'next';
import { LakeTableList } from '@/components/lake/lake-table-list.tsx';
import { PageHeader } from '@/components/ui/card.tsx';

type Params = { destinationId: string; namespace: string };

export async function generateMetadata({ params }: { params: Promise<Params> }): Promise<Metadata> {
  return { title: decodeURIComponent((await params).namespace) };
}

export default async function Page({ params }: { params: Promise<Params> }) {
  const { destinationId, namespace } = await params;
  const name = decodeURIComponent(namespace);
  return (
    <div className="space-y-4">
      <PageHeader title={name} meta="Namespace" />
      <LakeTableList destinationId={destinationId} namespace={name} />
    </div>
  );
}
