'use client';

import { Table2 } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { IconButton } from './button.tsx';
import { ChartTable } from './chart-table.tsx';
import type { ChartProps } from './chart-types.ts';
import { cx } from './cx.ts';
import { Skeleton } from './skeleton.tsx';

const Plot = dynamic(() => import('./plot.tsx').then((module) => module.Plot), {
  ssr: false,
  loading: () => <Skeleton className="h-37 w-full" />,
});

/** Lines over time. Its head says the values under the cursor, or the latest; the same data can be read as a table. */
export function Chart(props: ChartProps) {
  const { title, at, series, format } = props;
  const [index, setIndex] = useState<number | null>(null);
  const [isTable, setTable] = useState(false);
  return (
    <figure className="min-w-0 rounded-md border border-line bg-surface">
      <figcaption className="flex items-center justify-between gap-3 py-1.5 pr-1.5 pl-4">
        <span className="flex min-w-0 flex-wrap items-baseline gap-x-4 gap-y-0.5">
          <span className="text-sm font-medium">{title}</span>
          {series.map(({ name, color, values }) => (
            <span key={name} className="inline-flex items-baseline gap-1.5 text-xs text-muted tabular-nums">
              <span
                className="h-0.5 w-3 shrink-0 self-center rounded-full"
                style={{ background: `var(--series-${color})` }}
                aria-hidden="true"
              />
              {series.length > 1 && name}
              <span className="text-ink">{valueText(valueAt(values, index), format)}</span>
            </span>
          ))}
        </span>
        <IconButton
          label={isTable ? 'Show as a chart' : 'Show as a table'}
          icon={Table2}
          aria-pressed={isTable}
          onClick={() => setTable(!isTable)}
          className={cx(isTable && 'bg-raised text-ink')}
        />
      </figcaption>
      {isTable ? (
        <ChartTable at={at} series={series} format={format} title={title} />
      ) : (
        <Plot {...props} onIndex={setIndex} />
      )}
    </figure>
  );
}

/** The value under the cursor; without one, the latest that was measured. */
function valueAt(values: readonly (number | null)[], index: number | null): number | null {
  if (index !== null) return values[index] ?? null;
  return values.findLast((value) => value !== null) ?? null;
}

const valueText = (value: number | null, format: (value: number) => string) => (value === null ? '–' : format(value));
