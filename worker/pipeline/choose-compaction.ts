import type { DataFile } from '@/server/domain/iceberg/data-file.ts';

/** Files above this are never merged again. */
const SMALL_FILE_BYTES_MAX = 64 * 1024 * 1024;
/** Compressed. Sorting many of such rows would take more memory than the engine has: of their files only little ones are merged. */
const WIDE_ROW_BYTES = 4 * 1024;
const WIDE_FILE_BYTES_MAX = 1024 * 1024;
const WIDE_MERGE_BYTES_MAX = 8 * 1024 * 1024;
/** A size class is four times the one below; merging happens within a class, so a byte is rewritten a handful of times. */
const CLASS_FACTOR = 4;
const FILES_PER_MERGE_MIN = 8;
const FILES_PER_MERGE_MAX = 64;
const DELETE_FILES_MAX = 16;
/** So many rounds of work, and one lake table is merged even if more is waiting. */
const ROUNDS_PER_MERGE = 16;
/** Of one lake table: then it is merged at once, since every commit has to look into more of them. */
const FILES_TOO_MANY = 32;

export type Compaction = {
  /** Data files to rewrite as one. */
  readonly merge: readonly DataFile[];
};

/** What is worth doing for a lake table now, or null: merge a class of small files, or only its delete files. */
export function chooseCompaction(files: {
  readonly data: readonly DataFile[];
  readonly deletes: readonly DataFile[];
}): Compaction | null {
  const classes = new Map<number, DataFile[]>();
  for (const file of files.data) {
    if (file.bytes > (isWide(file) ? WIDE_FILE_BYTES_MAX : SMALL_FILE_BYTES_MAX)) continue;
    const size = Math.floor(Math.log(Math.max(file.bytes, 1)) / Math.log(CLASS_FACTOR));
    classes.set(size, [...(classes.get(size) ?? []), file]);
  }
  const full = [...classes.entries()].filter(([, members]) => members.length >= FILES_PER_MERGE_MIN);
  const [smallest] = full.sort(([a], [b]) => a - b);
  if (smallest) return { merge: fitting(smallest[1].slice(0, FILES_PER_MERGE_MAX)) };
  return files.deletes.length >= DELETE_FILES_MAX ? { merge: [] } : null;
}

/**
 * Counts the rounds of a commit shift, and says after each how many files a lake table must have to be merged now; 0 is
 * any. A batch that only waits to be full would have to wait for the merge as well, so merging waits until nothing else
 * does; a stream that never rests gives it a turn now and then.
 */
export function mergeTurns(): (round: { isBusy: boolean; isWaiting: boolean }) => number {
  let busyRounds = 0;
  return ({ isBusy, isWaiting }) => {
    if (isBusy) busyRounds++;
    const isTurn = isBusy ? busyRounds % ROUNDS_PER_MERGE === 0 : !isWaiting;
    return isTurn ? 0 : FILES_TOO_MANY;
  };
}

/** Lake tables in the order of their need: those with the most files first. */
export const inTurn = <Table extends { readonly files: number }>(tables: readonly Table[]): Table[] =>
  [...tables].sort((a, b) => b.files - a.files);

const isWide = ({ bytes, rows }: DataFile): boolean => bytes > rows * WIDE_ROW_BYTES;

function fitting(files: readonly DataFile[]): readonly DataFile[] {
  if (!files.some(isWide)) return files;
  let bytes = 0;
  return files.filter((file) => {
    bytes += file.bytes;
    return bytes <= WIDE_MERGE_BYTES_MAX;
  });
}
