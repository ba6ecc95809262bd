'use client';

import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useRef } from 'react';
import { cx } from './cx.ts';
import { Link } from './link.tsx';
import { moveFocus } from './row-focus.ts';
import { SortHeader } from './sort-header.tsx';

export type Column<Row> = {
  readonly id: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  /** Name of the field in the list's `sort`; without it the column does not sort. */
  readonly sort?: string;
  /** `right` for figures. */
  readonly align?: 'right';
  /** Leaves the column out on narrower screens. */
  readonly from?: 'sm' | 'md' | 'lg' | 'xl';
  /** On phones, a second line under the first column's cell: what the columns show that are left out there. */
  readonly under?: (row: Row) => ReactNode;
  /** A width class (`w-32`); without one the column takes what is left. */
  readonly width?: string;
  /** The header is read out and not shown (columns of buttons). */
  readonly hideHeader?: boolean;
};

type DataTableProps<Row> = {
  /** What the rows are, for screen readers: "Pipelines". */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string | number;
  /** Where a row leads: a page, or this page with a drawer open. The whole row is the link. */
  readonly rowHref?: (row: Row) => string;
  /** What is read out before the first cell, where that does not name the row. */
  readonly rowLabel?: (row: Row) => string;
  /** Marks the row whose drawer is open. */
  readonly isSelected?: (row: Row) => boolean;
  readonly footer?: ReactNode;
};

const FROM = { sm: 'max-sm:hidden', md: 'max-md:hidden', lg: 'max-lg:hidden', xl: 'max-xl:hidden' } as const;
const ROW_PX = 36;
/** Longer lists draw only the rows that show. */
const VIRTUAL_FROM_ROWS = 100;

/**
 * A dense table: rows of 36 px, sorted by the address (`?sort=name`, `?sort=-name`), arrow keys between rows. Show
 * TableSkeleton, ErrorState or EmptyState in its place while there is nothing to show.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, footer } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const isVirtual = rows.length > VIRTUAL_FROM_ROWS;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    enabled: isVirtual,
  });
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const shown = isVirtual ? items.flatMap(({ index }) => rows.slice(index, index + 1)) : rows;
  return (
    <div className="min-w-0">
      <div ref={scroller} className={cx('overflow-auto', isVirtual && 'max-h-[70vh]')}>
        <table
          aria-label={label}
          aria-rowcount={rows.length}
          className="w-full border-collapse text-sm"
          onKeyDown={moveFocus}
        >
          <thead className={cx('text-left text-xs text-muted', isVirtual && 'sticky top-0 z-10 bg-surface')}>
            <tr className="border-b border-line">
              {columns.map((column) => (
                <SortHeader key={column.id} column={column} className={cellClass(column)} />
              ))}
            </tr>
          </thead>
          <tbody className="divide-y divide-line">
            {isVirtual && before > 0 && <Spacer height={before} />}
            {shown.map((row) => (
              <TableRow key={props.rowKey(row)} row={row} {...props} />
            ))}
            {isVirtual && after > 0 && <Spacer height={after} />}
          </tbody>
        </table>
      </div>
      {footer}
    </div>
  );
}

function TableRow<Row>({ row, columns, rowHref, rowLabel, isSelected }: DataTableProps<Row> & { row: Row }) {
  const href = rowHref?.(row);
  return (
    <tr
      className={cx('relative h-9 max-sm:h-11', href && 'hover:bg-raised', isSelected?.(row) && 'bg-accent/8')}
      data-row
    >
      {columns.map((column, index) => (
        <td key={column.id} className={cellClass(column)}>
          {index === 0 && href ? (
            <Link
              href={href}
              scroll={!href.includes('?')}
              className="outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
            >
              {rowLabel && <span className="sr-only">{rowLabel(row)} </span>}
              {column.cell(row)}
            </Link>
          ) : (
            column.cell(row)
          )}
          {column.under && <div className="text-xs text-muted sm:hidden">{column.under(row)}</div>}
        </td>
      ))}
    </tr>
  );
}

function Spacer({ height }: { height: number }) {
  return (
    <tr>
      <td style={{ height }} />
    </tr>
  );
}

function cellClass<Row>({ align, from, width }: Column<Row>): string {
  return cx(
    'px-3 py-1 first:pl-4 last:pr-4',
    align === 'right' && 'text-right tabular-nums',
    from && FROM[from],
    width,
  );
}
