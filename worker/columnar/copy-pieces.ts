import { AppError } from '@/server/errors/app-error.ts';

const LINE_FEED = 0x0a;
/** A chunk of so many times the usual size is mostly one long row. */
const LONG_CHUNKS = 4;

/**
 * Buffers that end at line ends, of at least `bytesMin` but for the last. A lone `\.` at the end is the old end marker.
 * A piece is valid until the next one is asked for, and so are the buffers that come in.
 */
export async function* copyPieces(bytes: AsyncIterable<Buffer>, bytesMin = 1_000_000): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    if (size + chunk.length < bytesMin) {
      held.push(Buffer.from(chunk));
      size += chunk.length;
      continue;
    }
    if (chunk.length > LONG_CHUNKS * bytesMin && held.at(-1)?.at(-1) === LINE_FEED) {
      // Not put behind the others, which would copy it.
      yield Buffer.concat(held.splice(0), size);
      size = 0;
    }
    const whole = size === 0 ? chunk : Buffer.concat([...held, chunk]);
    // In COPY's text format a line feed is always a line's end: in values it is escaped.
    const end = whole.lastIndexOf(0x0a) + 1;
    size = whole.length - end;
    held = size === 0 ? [] : [Buffer.from(whole.subarray(end))];
    if (end > 0) yield whole.subarray(0, end);
  }
  const rest = Buffer.concat(held, size);
  const marker = rest.lastIndexOf('\\.');
  const isMarked =
    marker >= 0 && /^\\\.\n?$/.test(rest.toString('latin1', marker)) && (marker === 0 || rest[marker - 1] === 0x0a);
  const lines = isMarked ? rest.subarray(0, marker) : rest;
  if (lines.length === 0) return;
  if (lines.at(-1) !== 0x0a) throw new AppError('SOURCE_FAILED', 'the table copy ended in the middle of a line');
  yield lines;
}
