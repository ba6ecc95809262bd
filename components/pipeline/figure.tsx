import type { ReactNode } from 'react';

type Props = { readonly label: string; readonly value: string; readonly note?: ReactNode; readonly tone?: string };

/** One number with its name. */
export function Figure({ label, value, note, tone = 'text-ink' }: Props) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-faint">{label}</dt>
      <dd className={`mt-0.5 truncate text-lg font-semibold tabular-nums tracking-tight ${tone}`}>{value}</dd>
      {note && <dd className="truncate text-xs text-muted tabular-nums">{note}</dd>}
    </div>
  );
}
