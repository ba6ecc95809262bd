import type { Metadata } from 'next';
import { LakeTablePage } from '@/components/lake/lake-table-page.tsx';

type Params = { destinationId: string; namespace: string; table: string };

export async function generateMetadata({ params }: { params: Promise<Params> }): Promise<Metadata> {
  return { title: decodeURIComponent((await params).table) };
}

export default async function Page({ params }: { params: Promise<Params> }) {
  const { destinationId, namespace, table } = await params;
  return (
    <LakeTablePage
      destinationId={destinationId}
      namespace={decodeURIComponent(namespace)}
      table={decodeURIComponent(table)}
    />
  );
}
