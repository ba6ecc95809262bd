import { DeadLetterList } from '@/components/dead-letter/dead-letter-list.tsx';

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <DeadLetterList pipelineId={(await params).id} />;
}
