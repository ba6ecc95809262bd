import type { Metadata } from 'next';
import { ActivityOf } from '@/components/audit/activity-of.tsx';

export const metadata: Metadata = { title: 'Activity of a destination' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <ActivityOf id={(await params).id} />;
}
