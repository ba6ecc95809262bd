import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { OperationList } from '@/components/reference/operation-list.tsx';
import { siteOf } from '@/components/reference/site-of.ts';

export const metadata: Metadata = { title: 'API reference' };

export default async function Page() {
  return <OperationList site={siteOf(await headers())} />;
}
