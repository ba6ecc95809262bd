import { PipelineOverview } from '@/components/pipeline/pipeline-overview.tsx';

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <PipelineOverview id={(await params).id} />;
}
