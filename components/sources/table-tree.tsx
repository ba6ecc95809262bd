'use client';

import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronRight } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import { cx } from '@/components/ui/cx.ts';
import { bytesText, counted } from '@/components/ui/figures.ts';
import { useUrlState } from '@/components/ui/url-state.ts';
import type { SourceTable } from './source-types.ts';
import { qualified } from './table-pattern.ts';
import { totalBytes } from './total-bytes.ts';

export type TreeColumn = {
  readonly id: string;
  readonly header: string;
  readonly cell: (table: SourceTable) => ReactNode;
  readonly align?: 'right';
  readonly className?: string;
};

type TreeProps = {
  readonly tables: readonly SourceTable[];
  readonly columns: readonly TreeColumn[];
  /** Before a table's name: its checkbox. */
  readonly lead?: (table: SourceTable) => ReactNode;
  readonly schemaLead?: (schema: string, tables: readonly SourceTable[]) => ReactNode;
  /** After a table's name. */
  readonly mark?: (table: SourceTable) => ReactNode;
  readonly onOpen?: (table: SourceTable) => void;
  readonly isMuted?: (table: SourceTable) => boolean;
};

type Line =
  | { readonly kind: 'schema'; readonly key: string; readonly schema: string; readonly tables: readonly SourceTable[] }
  | { readonly kind: 'table'; readonly key: string; readonly table: SourceTable };

const LINE_PX = 36;
const VIRTUAL_FROM = 80;

/** Tables under their schemas, which fold; folded ones are in the address. Long lists draw only what shows. */
export function TableTree(props: TreeProps) {
  const { tables, columns } = props;
  const url = useUrlState();
  const scroller = useRef<HTMLDivElement>(null);
  const folded = new Set(url.get('folded')?.split(',').filter(Boolean));
  const lines = toLines(tables, folded);
  const isVirtual = lines.length > VIRTUAL_FROM;
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 12,
    enabled: isVirtual,
  });
  const items = virtual.getVirtualItems();
  const first = isVirtual ? (items[0]?.index ?? 0) : 0;
  const shown = isVirtual ? lines.slice(first, first + items.length) : lines;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const fold = (schema: string) => {
    const next = new Set(folded);
    if (!next.delete(schema)) next.add(schema);
    url.set({ folded: [...next].join(',') });
  };
  return (
    <div ref={scroller} className={cx('overflow-auto', isVirtual && 'max-h-[62vh]')}>
      <table aria-label="Tables" aria-rowcount={lines.length} className="w-full border-collapse text-sm">
        <thead className={cx('text-left text-xs text-muted', isVirtual && 'sticky top-0 z-10 bg-surface')}>
          <tr className="border-b border-line">
            <th scope="col" className="h-8 py-1 pr-3 pl-4 font-medium">
              Table
            </th>
            {columns.map((column) => (
              <th key={column.id} scope="col" className={cellClass(column, 'h-8 font-medium whitespace-nowrap')}>
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {isVirtual && <Space height={items[0]?.start ?? 0} />}
          {shown.map((line, place) =>
            line.kind === 'schema' ? (
              <SchemaLine
                key={line.key}
                line={line}
                lead={props.schemaLead?.(line.schema, line.tables)}
                span={columns.length}
                isFolded={folded.has(line.schema)}
                onFold={() => fold(line.schema)}
              />
            ) : (
              <TableLine
                key={line.key}
                table={line.table}
                index={first + place}
                measure={isVirtual ? virtual.measureElement : undefined}
                {...props}
              />
            ),
          )}
          {isVirtual && <Space height={after} />}
        </tbody>
      </table>
    </div>
  );
}

function SchemaLine(props: {
  line: Extract<Line, { kind: 'schema' }>;
  lead: ReactNode;
  span: number;
  isFolded: boolean;
  onFold: () => void;
}) {
  const { schema, tables } = props.line;
  const bytes = totalBytes(tables);
  return (
    <tr className="h-9 bg-raised max-sm:h-11">
      <th scope="rowgroup" colSpan={1 + props.span} className="px-4 py-1 text-left font-normal">
        <span className="flex items-center gap-2.5">
          {props.lead}
          <button
            type="button"
            aria-expanded={!props.isFolded}
            onClick={props.onFold}
            className="flex min-w-0 items-center gap-1.5 rounded-sm font-medium"
          >
            <ChevronRight
              className={cx('size-3.5 shrink-0 text-faint transition-transform', !props.isFolded && 'rotate-90')}
              aria-hidden="true"
            />
            <span className="truncate font-mono text-xs">{schema}</span>
          </button>
          <span className="ml-auto text-xs whitespace-nowrap text-muted tabular-nums">
            {counted(tables.length, 'table')}, {bytesText(bytes)}
          </span>
        </span>
      </th>
    </tr>
  );
}

type LineProps = TreeProps & {
  readonly table: SourceTable;
  readonly index: number;
  /** Lines whose texts wrap are higher than others. */
  readonly measure: ((line: HTMLTableRowElement | null) => void) | undefined;
};

function TableLine({ table, index, measure, columns, lead, mark, onOpen, isMuted }: LineProps) {
  const name = <span className="truncate font-mono text-xs">{table.table}</span>;
  return (
    <tr
      ref={measure}
      data-index={index}
      className={cx('h-9 max-sm:h-11', isMuted?.(table) && 'text-muted', onOpen && 'hover:bg-raised')}
    >
      <th scope="row" className="py-1 pr-3 pl-8 text-left font-normal">
        <span className="flex min-w-0 items-center gap-2.5">
          {lead?.(table)}
          {onOpen ? (
            <button
              type="button"
              onClick={() => onOpen(table)}
              className="min-w-0 truncate rounded-sm text-left underline-offset-2 hover:underline"
            >
              {name}
            </button>
          ) : (
            name
          )}
          {mark?.(table)}
        </span>
      </th>
      {columns.map((column) => (
        <td key={column.id} className={cellClass(column)}>
          {column.cell(table)}
        </td>
      ))}
    </tr>
  );
}

const Space = ({ height }: { height: number }) =>
  height > 0 ? (
    <tr>
      <td style={{ height }} />
    </tr>
  ) : null;

const cellClass = ({ align, className }: TreeColumn, more?: string): string =>
  cx(
    'px-3 py-1 last:pr-4 max-sm:px-2',
    align === 'right' && 'text-right tabular-nums whitespace-nowrap',
    className,
    more,
  );

function toLines(tables: readonly SourceTable[], folded: ReadonlySet<string>): Line[] {
  const bySchema = new Map<string, SourceTable[]>();
  for (const table of tables) bySchema.set(table.schema, [...(bySchema.get(table.schema) ?? []), table]);
  return [...bySchema].flatMap(([schema, own]): Line[] => [
    { kind: 'schema', key: schema, schema, tables: own },
    ...(folded.has(schema) ? [] : own.map((table): Line => ({ kind: 'table', key: qualified(table), table }))),
  ]);
}
