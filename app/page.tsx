import { PipelineList } from '@/components/pipeline/pipeline-list.tsx';
import { ConsoleShell } from '@/components/ui/console-shell.tsx';

export default function OverviewPage() {
  return (
    <ConsoleShell>
      <PipelineList />
    </ConsoleShell>
  );
}
