import type { Metadata } from 'next';
import { NewPipelineWizard } from '@/components/wizard/wizard.tsx';

export const metadata: Metadata = { title: 'New pipeline' };

export default function Page() {
  return <NewPipelineWizard />;
}
