'use client';

import { ArrowDown, ArrowUp } from 'lucide-react';
import type { Column } from './data-table.tsx';
import { useUrlState } from './url-state.ts';

/** A column's head; one that sorts goes ascending, descending, and back to the list's own order. */
export function SortHeader<Row>({ column, className }: { column: Column<Row>; className: string }) {
  const url = useUrlState();
  const sort = url.get('sort');
  const { header, sort: field } = column;
  if (field === undefined) {
    return (
      <th scope="col" className={`${className} h-8 font-medium whitespace-nowrap`}>
        {column.hideHeader ? <span className="sr-only">{header}</span> : header}
      </th>
    );
  }
  const direction = sort === field ? 'ascending' : sort === `-${field}` ? 'descending' : null;
  const next = direction === null ? field : direction === 'ascending' ? `-${field}` : null;
  const Icon = direction === 'descending' ? ArrowDown : ArrowUp;
  return (
    <th scope="col" aria-sort={direction ?? 'none'} className={`${className} h-8 font-medium whitespace-nowrap`}>
      <button
        type="button"
        onClick={() => url.set({ sort: next })}
        className={`group inline-flex items-center gap-1 rounded-sm hover:text-ink ${column.align === 'right' ? 'flex-row-reverse' : ''}`}
      >
        {header}
        <Icon
          className={`size-3 ${direction === null ? 'opacity-0 group-hover:opacity-60 group-focus-visible:opacity-60' : ''}`}
          aria-hidden="true"
        />
      </button>
    </th>
  );
}
