import type { Metadata } from 'next';
import { DestinationOverview } from '@/components/destinations/destination-overview.tsx';

export const metadata: Metadata = { title: 'Destination' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <DestinationOverview id={(await params).id} />;
}
