import type { Metadata } from 'next';
import { PipelineList } from '@/components/pipeline/pipeline-list.tsx';

export const metadata: Metadata = { title: 'Pipelines' };

export default function Page() {
  return <PipelineList />;
}
