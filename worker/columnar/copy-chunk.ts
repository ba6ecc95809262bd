import { type FileHandle, open, rm, writeFile } from 'node:fs/promises';
import type { WrittenFile } from '@/server/domain/iceberg/data-file.ts';
import type { LakeTable } from '@/server/domain/lake-table.ts';
import type { TableSchema } from '@/server/domain/table-schema.ts';
import type { ColumnarSession } from './columnar-session.ts';
import { copyLines, hasWideLines, lineBytes, takeOmitted } from './copy-lines.ts';
import { type CopyPart, isStraight, writeCopyPart } from './copy-part.ts';
import { copyPieces } from './copy-pieces.ts';
import { hasDoubt, SILENT_DOUBTS } from './exact-read.ts';
import { cutLargeLine } from './large-rows.ts';
import type { Columnar } from './open-columnar.ts';
import type { Reject } from './reject.ts';
import { PART_BYTES } from './row-width.ts';
import { doubtsOf } from './stage-select.ts';
import { nullsInPlainText, transcodeCopyText } from './transcode-copy-text.ts';
import type { ChangelogFieldIds } from './write-changelog.ts';

export type CopyChunkOptions = {
  readonly lake: LakeTable;
  readonly schema: TableSchema;
  /** What COPY ... TO STDOUT in text format sends: all columns of `schema`, in its order. */
  readonly bytes: AsyncIterable<Buffer>;
  /** Where the rows stand in the changelog (and in dead letters): ordinals count up from `ordinalStart`. */
  readonly position: { epoch: number; lsn: bigint; ordinalStart: bigint; timeUs: bigint };
  readonly mirror: boolean;
  /** Writes the rows as `r` changes, too; `lake` when the changelog's field ids differ from the mirror's. */
  readonly changelog: { readonly fieldIds: ChangelogFieldIds; readonly lake?: LakeTable } | null;
  readonly outDir: string;
  /** Text bytes that become one Parquet file. */
  readonly partBytesMax?: number;
  readonly signal?: AbortSignal;
};

export type WrittenCopy = {
  readonly mirror: readonly WrittenFile[];
  readonly changelog: readonly WrittenFile[];
  /** Rows written; with the rejects they add up to COPY's own count, which the caller compares. */
  readonly rows: number;
  readonly rejects: readonly Reject[];
  /** Values that became null under the `null` policy, by lake column name. */
  readonly nulled: ReadonlyMap<string, number>;
};

/** Writes one chunk of a table copy as staged Parquet files. Memory is bounded: text waits on disk for its part to be full. */
export async function writeCopyChunk(columnar: Columnar, options: CopyChunkOptions): Promise<WrittenCopy> {
  await using session = await columnar.openSession(options.signal);
  const total = {
    mirror: [] as WrittenFile[],
    changelog: [] as WrittenFile[],
    rows: 0,
    rejects: [] as Reject[],
    nulled: new Map<string, number>(),
  };
  let ordinal = options.position.ordinalStart;
  // What needed a look once will need it again.
  let careful = false;
  // One part is converted while the next one's bytes arrive.
  let working: Promise<void> = Promise.resolve();
  const convert = async (part: CopyPart) => {
    const written = await writeCopyPart(session, {
      ...options,
      part: { ...part, careful: part.careful || careful },
      position: { ...options.position, ordinalStart: ordinal },
    });
    ordinal += BigInt(written.lines);
    careful = written.careful;
    total.mirror.push(...written.mirror);
    total.changelog.push(...written.changelog);
    total.rows += written.rows;
    total.rejects.push(...written.rejects);
    for (const [name, count] of written.nulled) total.nulled.set(name, (total.nulled.get(name) ?? 0) + count);
    await rm(part.path);
    for (const { path } of part.apart?.large.values() ?? []) await rm(path);
    if (part.apart?.whole) await rm(part.apart.whole);
  };
  try {
    for await (const part of copyParts(session, { ...options, straight: isStraight(options) })) {
      await working;
      working = convert(part);
      // Its failure is met at the next await; until then it must not count as unhandled.
      working.catch(() => undefined);
      // A very large row is in memory alone.
      if (part.apart) await working;
    }
  } finally {
    await working;
  }
  return total;
}

type CopyText = Pick<CopyChunkOptions, 'bytes' | 'schema' | 'lake' | 'partBytesMax'> & {
  /** Parts go straight to Parquet, whose bounds and NULLs are compared with the text's; else every doubt is searched for. */
  readonly straight: boolean;
};

type Growing = Omit<CopyPart, 'rowBytes'> & {
  handle: FileHandle;
  bytes: number;
  rows: number;
  careful: boolean;
  nulls: number | null;
  wide: boolean;
};

/** Puts COPY's text into files of whole lines in the session's scratch folder; a part is the taker's to remove. */
export async function* copyParts(session: ColumnarSession, options: CopyText): AsyncGenerator<CopyPart> {
  const { bytes, schema, lake, straight, partBytesMax = 192_000_000 } = options;
  const doubts = doubtsOf({ lake, schema });
  const silent = new Set(SILENT_DOUBTS.filter((doubt) => doubts.has(doubt)));
  // Escapes rarely come alone: from the first on, the whole chunk is transcoded.
  let plain = schema.columns.length > 1;
  let room: Buffer = Buffer.alloc(0);
  let part: Growing | null = null;
  const finish = async ({ handle, ...filled }: Growing): Promise<CopyPart> => {
    part = null;
    await handle.close();
    return { ...filled, rowBytes: filled.bytes / filled.rows };
  };
  const begin = async (format: CopyPart['format']): Promise<Growing> => {
    const path = session.scratchPath(session.newName('copy'));
    const nulls = straight && format === 'copy-text' ? 0 : null;
    return { path, handle: await open(path, 'wx'), format, bytes: 0, rows: 0, careful: false, nulls, wide: false };
  };
  try {
    for await (const piece of copyPieces(bytes)) {
      for (const { bytes: lines, isApart } of copyLines(piece)) {
        if (isApart) {
          if (part) yield await finish(part);
          yield await partApart(session, { lake, schema, line: lines, careful: hasDoubt(lines, doubts) });
          continue;
        }
        const wide = hasWideLines(lines);
        const nulls: number | null =
          plain && !(part === null && startsWithMark(lines)) ? nullsInPlainText(lines) : null;
        plain = nulls !== null;
        const format: CopyPart['format'] = plain ? 'copy-text' : 'copy-csv';
        const isFull: boolean = part !== null && (wide || part.wide) && part.bytes + lines.length > PART_BYTES;
        if (part && (part.format !== format || isFull)) yield await finish(part);
        part ??= await begin(format);
        const text = plain ? lines : transcodeCopyText(lines, room);
        await part.handle.writeFile(text);
        if (!plain && text.buffer !== room.buffer) room = Buffer.from(text.buffer);
        part.bytes += text.length;
        part.rows += lines.length / lineBytes(lines);
        if (part.nulls !== null) part.nulls += nulls ?? 0;
        part.careful ||= hasDoubt(lines, part.nulls === null ? doubts : silent);
        part.wide ||= wide;
        if (part.bytes >= partBytesMax) yield await finish(part);
      }
    }
    if (part) yield await finish(part);
  } finally {
    await (part as Growing | null)?.handle.close().catch(() => undefined);
  }
}

/** A row that is very long, or lacks values because it is too large, as a part of its own. */
async function partApart(
  session: ColumnarSession,
  options: { lake: LakeTable; schema: TableSchema; line: Buffer; careful: boolean },
): Promise<CopyPart> {
  const { lake, schema, line, careful } = options;
  const omitted = takeOmitted(line);
  // At worst every byte is a quote.
  const csv = transcodeCopyText(line, undefined, 2 * line.length + 4 * schema.columns.length + 8);
  const cut = await cutLargeLine(session, { format: 'copy-csv', line: csv, lake, schema, omitted });
  const path = session.scratchPath(session.newName('copy'));
  const whole = session.scratchPath(session.newName('copy'));
  await writeFile(path, cut.line, { flag: 'wx' });
  const { values: large, hasOmitted } = cut;
  if (!hasOmitted) await writeFile(whole, csv, { flag: 'wx' });
  const apart = { large, hasOmitted, ...(hasOmitted ? {} : { whole }) };
  return { path, format: 'copy-csv', careful, nulls: null, rowBytes: csv.length, apart };
}

/** A leading U+FEFF would be taken for a byte order mark. */
const startsWithMark = (piece: Buffer): boolean => piece[0] === 0xef && piece[1] === 0xbb && piece[2] === 0xbf;
