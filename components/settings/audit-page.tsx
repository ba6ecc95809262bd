'use client';

import { useMutation } from '@tanstack/react-query';
import { CircleCheck, CircleX, Download, ShieldCheck } from 'lucide-react';
import { useTRPC } from '@/components/api/trpc.ts';
import { AuditFilterBar } from '@/components/audit/audit-filter-bar.tsx';
import { AuditLog } from '@/components/audit/audit-log.tsx';
import { type AuditFilters, useAuditFilters } from '@/components/audit/use-audit.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { Button } from '@/components/ui/button.tsx';
import { Section } from '@/components/ui/card.tsx';
import { ErrorNote } from '@/components/ui/error-state.tsx';
import { exactCount } from '@/components/ui/figures.ts';
import { Menu, MenuLabel, MenuLink } from '@/components/ui/menu.tsx';

/** The whole log: searched, downloaded, and its chain checked. */
export function AuditPage() {
  const filters = useAuditFilters();
  const reason = useRefusal()('audit:read');
  return (
    <Section
      title="Audit log"
      description="Every change and every refusal, written in the same transaction and never rewritten: each entry carries the hash of the one before."
      actions={
        <>
          <Verify reason={reason} />
          {reason === null ? (
            <Menu
              trigger={
                <Button icon={Download} aria-haspopup="menu">
                  Download log
                </Button>
              }
            >
              <MenuLabel>What the filters show, oldest first</MenuLabel>
              <MenuLink href={downloadAddress('csv', filters)}>As CSV</MenuLink>
              <MenuLink href={downloadAddress('parquet', filters)}>As Parquet</MenuLink>
            </Menu>
          ) : (
            <Button icon={Download} reason={reason}>
              Download log
            </Button>
          )}
        </>
      }
    >
      <AuditFilterBar />
      <AuditLog filters={filters} empty="Nothing matches these filters." />
    </Section>
  );
}

function downloadAddress(format: 'csv' | 'parquet', filters: AuditFilters): string {
  const query = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(filters)) query.set(name, String(value));
  return `/api/v1/audit/download?${query}`;
}

const FAULTS = {
  changed: 'was changed after it was written',
  gap: 'does not follow the one before: an entry is missing',
  'head missing': 'should be the last one and is not there',
} as const;

function Verify({ reason }: { reason: string | null }) {
  const trpc = useTRPC();
  const verify = useMutation(trpc.audit.verify.mutationOptions());
  const { data } = verify;
  return (
    <>
      <span aria-live="polite" className="text-sm">
        {data?.ok && (
          <span className="flex items-center gap-1.5 text-running">
            <CircleCheck className="size-4" aria-hidden="true" />
            Whole:{' '}
            {data.entries === 1
              ? 'its one entry is as it was written'
              : `${exactCount(data.entries)} entries follow from each other`}
          </span>
        )}
        {data?.broken && (
          <span className="flex items-center gap-1.5 text-failed">
            <CircleX className="size-4" aria-hidden="true" />
            Entry {data.broken.id} {FAULTS[data.broken.reason]}
          </span>
        )}
        {verify.isError && <ErrorNote error={verify.error} />}
      </span>
      <Button
        icon={ShieldCheck}
        reason={reason}
        pending={verify.isPending && 'Verifying'}
        onClick={() => verify.mutate({})}
      >
        Verify log
      </Button>
    </>
  );
}
