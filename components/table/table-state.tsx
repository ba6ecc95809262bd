import { Badge } from '@/components/ui/badge.tsx';
import { StateBadge } from '@/components/ui/state-badge.tsx';
import type { TableView } from './table-types.ts';

/** Whether the table is only here until a worker has taken it out. */
export const isBeingRemoved = ({ requested }: Pick<TableView, 'requested'>): boolean => requested === 'remove';

type Shown = Pick<TableView, 'state' | 'requested'> & Partial<Pick<TableView, 'doubts'>>;

/** The state of a table as people care for it: what is taken out is that before anything else. */
export const TableState = ({ table }: { table: Shown }) =>
  isBeingRemoved(table) ? (
    <StateBadge state="removing" />
  ) : (
    <span className="flex flex-wrap items-center gap-x-2">
      <StateBadge state={table.state} />
      {table.state !== 'needs_attention' && table.doubts && table.doubts.length > 0 && (
        <Badge tone="attention">may differ</Badge>
      )}
    </span>
  );
