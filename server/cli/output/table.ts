import type { CliIo } from '../cli-io.ts';
import { painterOf } from './paint.ts';

/** A column: its heading and what a row shows in it. */
export type Column<Row> = readonly [heading: string, show: (row: Row) => string | number | boolean | null | undefined];

const GAP = '  ';

/** Rows under headings, aligned, numbers to the right. On a terminal the last column is cut to what is left of the line. */
export function tableText<Row>(
  io: Pick<CliIo, 'env' | 'isTerminal' | 'columns'>,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
): string {
  const paint = painterOf(io);
  const cells = rows.map((row) => columns.map(([, show]) => cellText(show(row))));
  const isNumber = columns.map(
    (_, at) => rows.length > 0 && cells.every((line) => /^(-?[\d,.]+( ?[A-Za-z%/]+)?|-)$/.test(line[at] ?? '')),
  );
  const widths = columns.map(([heading], at) =>
    Math.max(heading.length, ...cells.map((line) => (line[at] ?? '').length)),
  );
  const line = (texts: readonly string[]) =>
    texts
      .map((text, at) => (isNumber[at] ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0)))
      .join(GAP)
      .trimEnd();
  const fit = (text: string) =>
    io.isTerminal && text.length > io.columns ? `${text.slice(0, Math.max(1, io.columns - 1))}…` : text;
  return [paint.dim(fit(line(columns.map(([heading]) => heading)))), ...cells.map((texts) => fit(line(texts)))].join(
    '\n',
  );
}

/** What a server sent cannot move the cursor or colour the screen. */
const cellText = (value: string | number | boolean | null | undefined): string =>
  value === null || value === undefined || value === ''
    ? '-'
    : String(value)
        .replace(/\s+/g, ' ')
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out.
        .replace(/[\u0000-\u001f\u007f-\u009f]/g, '');
