import { CommitList } from '@/components/pipeline/commit-list.tsx';

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <CommitList pipelineId={(await params).id} />;
}
