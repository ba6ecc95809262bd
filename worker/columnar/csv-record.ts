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

/** Where a field's text lies, without its quotes; empty and unquoted where nothing stands between the commas. */
export type FieldSpan = { readonly start: number; readonly end: number; readonly isQuoted: boolean };

/** The fields of one record without copying them; doubled quotes stay doubled. */
export function fieldSpans(bytes: Buffer, start: number, end: number): FieldSpan[] {
  const spans: FieldSpan[] = [];
  const last = bytes[end - 1] === LINE_FEED ? end - 1 : end;
  for (let at = start; at <= last; at += 1) {
    if (bytes[at] !== QUOTE) {
      const comma = bytes.indexOf(COMMA, at);
      const stop = comma < 0 || comma > last ? last : comma;
      spans.push({ start: at, end: stop, isQuoted: false });
      at = stop;
      continue;
    }
    let quote = bytes.indexOf(QUOTE, at + 1);
    while (quote >= 0 && bytes[quote + 1] === QUOTE) quote = bytes.indexOf(QUOTE, quote + 2);
    const stop = quote < 0 || quote > last ? last : quote;
    spans.push({ start: at + 1, end: stop, isQuoted: true });
    at = stop + 1;
  }
  return spans;
}

/** A field's text; null where nothing stands between the commas. */
export const fieldText = (bytes: Buffer, { start, end, isQuoted }: FieldSpan): string | null => {
  if (!isQuoted && start === end) return null;
  return bytes.toString('utf8', start, end).replaceAll('""', '"');
};

const COMMA = 0x2c;
const LINE_FEED = 0x0a;
const QUOTE = 0x22;
