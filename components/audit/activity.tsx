'use client';

import { ButtonLink } from '@/components/ui/button.tsx';
import { PageHeader } from '@/components/ui/card.tsx';
import { AuditFilterBar } from './audit-filter-bar.tsx';
import { AuditLog } from './audit-log.tsx';
import { useAuditFilters } from './use-audit.ts';

/** What happened, and who did it. */
export function Activity() {
  const filters = useAuditFilters();
  return (
    <>
      <PageHeader
        title="Activity"
        meta="Who did what, to what, and from where. Newest first."
        actions={<ButtonLink href="/settings/audit">Audit log and downloads</ButtonLink>}
      />
      <div className="mt-4">
        <AuditFilterBar />
        <AuditLog filters={filters} empty="Nothing matches these filters." />
      </div>
    </>
  );
}
