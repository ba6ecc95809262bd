import { stringify } from 'yaml';
import type { CliIo } from '../cli-io.ts';
import { type Column, tableText } from './table.ts';

export const FORMATS = ['table', 'json', 'yaml'] as const;
export type Format = (typeof FORMATS)[number];

/** Rows as a table, or all that is known of them as JSON or YAML. */
export function printList<Row>(
  io: CliIo,
  format: Format,
  { rows, columns, none }: { rows: readonly Row[]; columns: readonly Column<Row>[]; none: string },
): void {
  if (format !== 'table') return printData(io, format, rows);
  // An empty answer is no data, so that `| wc -l` counts right.
  if (rows.length === 0) return io.err(none);
  io.out(tableText(io, rows, columns));
}

/** One thing: its fields one below the other, or JSON or YAML. */
export function printOne(io: CliIo, format: Format, value: object): void {
  if (format !== 'table') return printData(io, format, value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  const width = Math.max(...fields.map(([name]) => name.length));
  for (const [name, field] of fields) io.out(`${name.padEnd(width)}  ${fieldText(field, width)}`);
}

function printData(io: CliIo, format: 'json' | 'yaml', value: unknown): void {
  io.out(format === 'json' ? JSON.stringify(value, null, 2) : stringify(value, { lineWidth: 0 }).trimEnd());
}

function fieldText(field: unknown, width: number): string {
  if (field === null || field === '') return '-';
  if (typeof field !== 'object') return String(field);
  return stringify(field, { lineWidth: 0 })
    .trimEnd()
    .replaceAll('\n', `\n${' '.repeat(width + 2)}`);
}
