import { PipelineConfiguration } from '@/components/pipeline/pipeline-configuration.tsx';

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <PipelineConfiguration id={(await params).id} />;
}
