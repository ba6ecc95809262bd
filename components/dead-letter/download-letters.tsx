import { Download } from 'lucide-react';
import { Button } from '@/components/ui/button.tsx';
import { Menu, MenuDownload, MenuLabel } from '@/components/ui/menu.tsx';

type Filters = Readonly<Record<string, string | undefined>>;

/** The rows that the list shows, with their values, as a file. The download is on record. */
export function DownloadLetters({ pipelineId, filters }: { pipelineId: string; filters: Filters }) {
  const href = (format: 'csv' | 'ndjson') => {
    const query = new URLSearchParams({ format });
    for (const [name, value] of Object.entries(filters)) if (value) query.set(name, value);
    return `/api/v1/pipelines/${pipelineId}/dead-letters/download?${query}`;
  };
  return (
    <Menu trigger={<Button icon={Download}>Download rows</Button>}>
      <MenuLabel>With values; kept in the audit log</MenuLabel>
      <MenuDownload href={href('csv')}>CSV</MenuDownload>
      <MenuDownload href={href('ndjson')}>NDJSON</MenuDownload>
    </Menu>
  );
}
