import type { Metadata } from 'next';
import { Activity } from '@/components/audit/activity.tsx';

export const metadata: Metadata = { title: 'Activity' };

export default function Page() {
  return <Activity />;
}
