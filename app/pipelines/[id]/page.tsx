import type { Metadata } from 'next';
import { PipelinePage } from '@/components/pipeline/pipeline-page.tsx';
import { ConsoleShell } from '@/components/ui/console-shell.tsx';

export const metadata: Metadata = { title: 'Pipeline' };

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return (
    <ConsoleShell>
      <PipelinePage id={id} />
    </ConsoleShell>
  );
}
