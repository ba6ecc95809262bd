import { PipelineList } from '@/components/pipeline/pipeline-list.tsx';

export default function OverviewPage() {
  return <PipelineList />;
}
