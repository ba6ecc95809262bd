import { DeadLetterList } from '@/components/dead-letter/dead-letter-list.tsx';
import { LetterGroups } from '@/components/dead-letter/letter-groups.tsx';

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return (
    <div className="space-y-8">
      <LetterGroups pipelineId={id} />
      <DeadLetterList pipelineId={id} />
    </div>
  );
}
