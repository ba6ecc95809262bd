import type { Metadata } from 'next';
import type { ReactNode } from 'react';
import { PipelineFrame } from '@/components/pipeline/pipeline-frame.tsx';

export const metadata: Metadata = { title: 'Pipeline' };

export default async function Layout({ params, children }: { params: Promise<{ id: string }>; children: ReactNode }) {
  const { id } = await params;
  return <PipelineFrame id={id}>{children}</PipelineFrame>;
}
