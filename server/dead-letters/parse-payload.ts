import { META_COLUMNS } from '@/server/domain/row-block.ts';

/** The source values of one row-block line, in the schema's column order; null for NULL. See server/domain/row-block.ts. */
export function parsePayload(line: Buffer): (string | null)[] {
  const text = line.toString('utf8');
  const values: (string | null)[] = [];
  let at = 0;
  for (let meta = 0; meta < META_COLUMNS.length; meta++) {
    const comma = text.indexOf(',', at);
    if (comma === -1) return [];
    at = comma + 1;
  }
  for (;;) {
    if (text[at] !== '"') {
      values.push(null);
    } else {
      let value = '';
      for (;;) {
        const quote = text.indexOf('"', at + 1);
        if (quote === -1) return values;
        value += text.slice(at + 1, quote);
        at = quote + 1;
        if (text[at] !== '"') break;
        value += '"';
      }
      values.push(value);
    }
    if (text[at] !== ',') return values;
    at++;
  }
}
