import { SchemaChanges } from '@/components/pipeline/schema-changes.tsx';

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <SchemaChanges pipelineId={(await params).id} />;
}
