import type { Metadata } from 'next';
import { Queues } from '@/components/settings/queues.tsx';

export const metadata: Metadata = { title: 'Queues' };

export default function Page() {
  return <Queues />;
}
