import type { Segment } from '../../../server/domain/segment.ts';

/** A line of a row block, parsed the slow and obvious way. */
export type ParsedRow = {
  readonly table: string;
  readonly op: string;
  readonly lsn: bigint;
  readonly ordinal: number;
  readonly timeUs: bigint;
  readonly xid: number;
  readonly unchanged: string;
  readonly values: Readonly<Record<string, string | null>>;
};

/** All rows of the segments, in block order. Throws when a block contradicts itself. */
export function parseRows(segments: readonly Segment[]): ParsedRow[] {
  return segments.flatMap((segment) =>
    segment.blocks.flatMap((block) => {
      const schema = segment.schemas.get(block.schemaHash);
      if (!schema) throw new Error('a block has no schema');
      const lines = parseCsv(block.bytes.toString('utf8'));
      if (lines.length !== block.rows) throw new Error(`${lines.length} lines, ${block.rows} rows`);
      return lines.map(([op, lsn, ordinal, time, xid, unchanged, ...values]): ParsedRow => {
        if (values.length !== schema.columns.length) throw new Error('a line has the wrong number of values');
        return {
          table: schema.table,
          op: op ?? '',
          lsn: BigInt(lsn ?? ''),
          ordinal: Number(ordinal),
          timeUs: BigInt(time ?? ''),
          xid: Number(xid),
          unchanged: unchanged ?? '',
          values: Object.fromEntries(schema.columns.map((column, i) => [column.name, values[i] ?? null])),
        };
      });
    }),
  );
}

function parseCsv(text: string): (string | null)[][] {
  const lines: (string | null)[][] = [];
  let line: (string | null)[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\n]*))([,\n])/gy;
  for (let match = field.exec(text); match; match = field.exec(text)) {
    const quoted = match[1];
    line.push(quoted === undefined ? match[2] || null : quoted.replaceAll('""', '"'));
    if (match[3] === '\n') {
      lines.push(line);
      line = [];
    }
  }
  return lines;
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** Rows of COPY's text format. */
export function parseCopyText(text: string): (string | null)[][] {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the text does not end at the end of a row');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) =>
      line
        .split('\t')
        .map((value) => (value === '\\N' ? null : value.replace(/\\(.)/g, (_, letter) => ESCAPES[letter] ?? letter))),
    );
}

/** Whether rows read under the snapshot hold what this transaction did. */
export function isVisible(snapshot: string, xid: number): boolean {
  const [oldest, next, running] = snapshot.split(':');
  if (xid < Number(oldest)) return true;
  return xid < Number(next) && !(running ?? '').split(',').includes(String(xid));
}
