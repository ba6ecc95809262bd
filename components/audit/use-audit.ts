'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/api/trpc.ts';
import { useRefusal } from '@/components/session/use-me.ts';
import { useUrlState } from '@/components/ui/url-state.ts';

const LISTED = 100;
const DAY_MS = 86_400_000;

export type AuditFilters = {
  readonly actor?: string;
  readonly action?: string;
  readonly subject?: string;
  readonly from?: string;
  readonly to?: string;
  readonly refused?: boolean;
  readonly search?: string;
};

/** What the address asks for. Days are the reader's own; the last one counts whole. */
export function useAuditFilters(): AuditFilters {
  const url = useUrlState();
  const from = dayOf(url.get('from'));
  const to = dayOf(url.get('to'));
  const given = {
    actor: url.get('actor'),
    action: url.get('action'),
    search: url.get('search'),
    from: from === null ? null : new Date(from).toISOString(),
    to: to === null ? null : new Date(to + DAY_MS).toISOString(),
  };
  const outcome = url.get('outcome');
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value)),
    ...(outcome === 'refused' || outcome === 'done' ? { refused: outcome === 'refused' } : {}),
  };
}

function dayOf(text: string | null): number | null {
  const parsed = text && /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00`) : Number.NaN;
  return Number.isNaN(parsed) ? null : parsed;
}

/** Entries of the log, newest first. Those who may not read it do not ask: the refusal itself would be on record. */
export function useAudit(filters: AuditFilters) {
  const trpc = useTRPC();
  const reason = useRefusal()('audit:read');
  const list = useInfiniteQuery(
    trpc.audit.list.infiniteQueryOptions(
      { limit: LISTED, ...filters },
      {
        getNextPageParam: ({ nextCursor }) => nextCursor,
        placeholderData: (before) => before,
        enabled: reason === null,
      },
    ),
  );
  return { reason, list, entries: list.data?.pages.flatMap(({ items }) => items) ?? [] };
}
