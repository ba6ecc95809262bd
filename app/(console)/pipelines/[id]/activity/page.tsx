import { ActivityOf } from '@/components/audit/activity-of.tsx';

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <ActivityOf id={(await params).id} />;
}
