import type { Metadata } from 'next';
import { DestinationConfiguration } from '@/components/destinations/destination-configuration.tsx';

export const metadata: Metadata = { title: 'Configuration of a destination' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <DestinationConfiguration id={(await params).id} />;
}
