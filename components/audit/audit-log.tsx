'use client';

import { History, Lock } from 'lucide-react';
import { Badge } from '@/components/ui/badge.tsx';
import { Card } from '@/components/ui/card.tsx';
import { type Column, DataTable } from '@/components/ui/data-table.tsx';
import { EmptyState } from '@/components/ui/empty-state.tsx';
import { PagedCard } from '@/components/ui/paged-card.tsx';
import { RelativeTime } from '@/components/ui/relative-time.tsx';
import { useUrlState } from '@/components/ui/url-state.ts';
import { AuditDrawer } from './audit-drawer.tsx';
import type { AuditEntry } from './audit-types.ts';
import { didText, subjectText, whoText } from './audit-words.ts';
import { type AuditFilters, useAudit } from './use-audit.ts';

/** Entries of the log as a table; one that is opened shows what changed, and has an address. */
export function AuditLog({ filters, empty }: { filters: AuditFilters; empty: string }) {
  const url = useUrlState();
  const { reason, list, entries } = useAudit(filters);
  const opened = entries.find(({ id }) => id === url.get('entry'));
  if (reason !== null) {
    return (
      <Card flush>
        <EmptyState icon={Lock} title="The log is not open to your role">
          {reason}
        </EmptyState>
      </Card>
    );
  }
  return (
    <>
      <PagedCard
        list={list}
        columns={4}
        empty={
          <EmptyState icon={History} title="Nothing on record">
            {empty}
          </EmptyState>
        }
      >
        {(rows, footer) => (
          <DataTable
            label="Audit log"
            columns={COLUMNS}
            rows={rows}
            rowKey={({ id }) => id}
            rowHref={({ id }) => url.href({ entry: id })}
            rowLabel={(entry) => `${whoText(entry)} ${didText(entry)} ${subjectText(entry)}`}
            isSelected={({ id }) => id === opened?.id}
            footer={footer}
          />
        )}
      </PagedCard>
      <AuditDrawer entry={opened} onClose={() => url.set({ entry: null })} />
    </>
  );
}

const COLUMNS: readonly Column<AuditEntry>[] = [
  {
    id: 'what',
    header: 'What',
    cell: (entry) => (
      <span className="flex min-w-0 items-center gap-2">
        <span className="block max-w-xl truncate max-sm:max-w-[80vw] max-sm:whitespace-normal">
          <span className="font-medium">{whoText(entry)}</span>{' '}
          <span className="text-muted">
            {entry.refused ? 'was refused:' : ''} {didText(entry)}
          </span>{' '}
          <span className="font-medium">{subjectText(entry)}</span>
        </span>
        {entry.refused && <Badge tone="failed">Refused</Badge>}
      </span>
    ),
    under: ({ at }) => <RelativeTime at={at} />,
  },
  {
    id: 'changed',
    header: 'Changed',
    from: 'lg',
    width: 'w-56',
    cell: ({ changes }) =>
      changes.length === 0 ? (
        <span className="text-faint">–</span>
      ) : (
        <span className="block max-w-56 truncate text-muted">{changes.map(({ field }) => field).join(', ')}</span>
      ),
  },
  {
    id: 'address',
    header: 'From',
    from: 'md',
    width: 'w-36',
    cell: ({ address }) => <code className="font-mono text-xs text-muted">{address ?? '–'}</code>,
  },
  {
    id: 'at',
    header: 'When',
    align: 'right',
    from: 'sm',
    width: 'w-28',
    cell: ({ at }) => <RelativeTime at={at} className="relative z-1 text-muted" />,
  },
];
