'use client';

import { useQuery } from '@tanstack/react-query';
import { ChevronRight } from 'lucide-react';
import { usePathname } from 'next/navigation';
import { useTRPC } from '@/components/api/trpc.ts';
import { cx } from '@/components/ui/cx.ts';
import { Link } from '@/components/ui/link.tsx';
import { type Crumb, crumbsOf } from './crumbs.ts';

/** Where one is; the names of pipelines, sources and destinations come from what the page loads anyway. */
export function Breadcrumb() {
  const crumbs = crumbsOf(usePathname());
  return (
    <nav aria-label="Breadcrumb" className="min-w-0 flex-1">
      <ol className="flex min-w-0 items-center gap-1 text-sm">
        {crumbs.map((crumb, index) => {
          const isLast = index === crumbs.length - 1;
          return (
            <li
              key={crumb.href}
              className={cx('flex min-w-0 items-center gap-1', !isLast && index < crumbs.length - 2 && 'max-sm:hidden')}
            >
              {index > 0 && <ChevronRight className="size-3.5 shrink-0 text-faint max-sm:hidden" aria-hidden="true" />}
              {isLast ? (
                <span aria-current="page" className="truncate font-medium">
                  <CrumbLabel crumb={crumb} />
                </span>
              ) : (
                <>
                  {crumb.isBare ? (
                    <span className="truncate text-muted">{crumb.label}</span>
                  ) : (
                    <Link href={crumb.href} className="truncate rounded-sm text-muted hover:text-ink">
                      <CrumbLabel crumb={crumb} />
                    </Link>
                  )}
                  <span className="text-faint sm:hidden">/</span>
                </>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
}

function CrumbLabel({ crumb }: { crumb: Crumb }) {
  if (crumb.names === undefined) return crumb.label;
  return <NamedCrumb kind={crumb.names} id={crumb.label} />;
}

function NamedCrumb({ kind, id }: { kind: NonNullable<Crumb['names']>; id: string }) {
  const trpc = useTRPC();
  const pipeline = useQuery(trpc.pipelines.status.queryOptions({ id }, { enabled: kind === 'pipeline' }));
  const source = useQuery(trpc.sources.get.queryOptions({ id }, { enabled: kind === 'source' }));
  const destination = useQuery(trpc.destinations.get.queryOptions({ id }, { enabled: kind === 'destination' }));
  return { pipeline, source, destination }[kind].data?.name ?? '…';
}
