import { TableList } from '@/components/table/table-list.tsx';

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  return <TableList pipelineId={(await params).id} />;
}
