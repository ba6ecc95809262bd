/** Where a record lies in its file: `end` is behind its line feed. */
export type RecordSpan = { readonly start: number; readonly end: number };

/** The records of whole CSV lines: a line feed inside quotes does not end one. */
export function* csvRecords(bytes: Buffer): Generator<RecordSpan> {
  let start = 0;
  let searched = 0;
  let quoted = false;
  while (start < bytes.length) {
    const feed = bytes.indexOf(LINE_FEED, searched);
    const end = feed < 0 ? bytes.length : feed + 1;
    // A doubled quote flips twice, so parity alone says whether the line feed is inside quotes.
    for (let at = bytes.indexOf(QUOTE, searched); at >= 0 && at < end; at = bytes.indexOf(QUOTE, at + 1))
      quoted = !quoted;
    searched = end;
    if (quoted && feed >= 0) continue;
    yield { start, end };
    start = end;
    quoted = false;
  }
}

/** The fields of one record: a text, or null where nothing stands between the commas. */
export function csvFields(record: string): (string | null)[] {
  const fields: (string | null)[] = [];
  const line = record.endsWith('\n') ? record.slice(0, -1) : record;
  for (let at = 0; at <= line.length; at += 1) {
    if (line[at] !== '"') {
      const comma = line.indexOf(',', at);
      const end = comma < 0 ? line.length : comma;
      fields.push(end === at ? null : line.slice(at, end));
      at = end;
      continue;
    }
    let end = line.indexOf('"', at + 1);
    while (end >= 0 && line[end + 1] === '"') end = line.indexOf('"', end + 2);
    if (end < 0) end = line.length;
    fields.push(line.slice(at + 1, end).replaceAll('""', '"'));
    at = end + 1;
  }
  return fields;
}

const LINE_FEED = 0x0a;
const QUOTE = 0x22;
