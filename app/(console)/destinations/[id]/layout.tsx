import type { ReactNode } from 'react';
import { DestinationFrame } from '@/components/destinations/destination-frame.tsx';

type Props = { readonly params: Promise<{ id: string }>; readonly children: ReactNode };

export default async function Layout({ params, children }: Props) {
  return <DestinationFrame id={(await params).id}>{children}</DestinationFrame>;
}
