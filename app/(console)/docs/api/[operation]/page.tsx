import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { notFound } from 'next/navigation';
import { OPERATIONS } from '@/components/reference/document.ts';
import { OperationView } from '@/components/reference/operation-view.tsx';
import { siteOf } from '@/components/reference/site-of.ts';

type Props = { params: Promise<{ operation: string }> };

const find = async ({ params }: Props) => {
  const { operation } = await params;
  return OPERATIONS.find(({ id }) => id === operation);
};

export async function generateMetadata(props: Props): Promise<Metadata> {
  return { title: (await find(props))?.summary ?? 'API reference' };
}

export default async function Page(props: Props) {
  const operation = await find(props);
  if (!operation) notFound();
  return <OperationView operation={operation} site={siteOf(await headers())} />;
}
