import { countText } from '@/components/ui/figures.ts';
import { StateBadge } from '@/components/ui/state-badge.tsx';

type UsedBy = { readonly count: number; readonly state: string | null } | null;

/** How many pipelines a source or destination has, and how the one that matters most is doing. */
export function UsedByCell({ used }: { used: UsedBy }) {
  if (used === null) return <span className="text-faint">–</span>;
  if (used.state === null) return <span className="text-muted">None yet</span>;
  return (
    <span className="flex items-center gap-2">
      <span className="w-6 text-right tabular-nums">{countText(used.count)}</span>
      <StateBadge state={used.state} />
    </span>
  );
}
