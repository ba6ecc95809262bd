import { type Condenser, FramedReader, type Step } from './framed-reader.ts';

/**
 * Text of a row that is kept; the lake takes 64 MB of a row, and the text of a bytea is twice as long as its bytes. Without a
 * bound a single row could take a gigabyte of a worker's memory.
 */
const TUPLE_BYTES_MAX = 136 * 1024 * 1024;
/** Values up to this size, keys above all, are kept ... */
const SMALL_VALUE_BYTES = 1024 * 1024;
/** ... until a row has so many of them. */
const SMALL_VALUES_BYTES_MAX = 192 * 1024 * 1024;

/** Stands in a tuple or a line for a value that was left out because its row is too large. PostgreSQL sends no such thing. */
export const OMITTED = 0x78;
/** The same in COPY's text format: a field of these two bytes. */
export const OMITTED_FIELD = '\\O';

/** How long a value may be behind `kept` bytes of its row. */
export const valueBytesMax = (kept: number): number =>
  Math.max(TUPLE_BYTES_MAX - kept, Math.min(SMALL_VALUE_BYTES, SMALL_VALUES_BYTES_MAX - kept));

/**
 * Reads a replication message as it arrives and leaves out the values of a row that is too large; `bytes` is its length. In a
 * block of a transaction in progress it carries a transaction id.
 */
export const condenseMessage = (bytes: number, { isInBlock }: { isInBlock: boolean }): Condenser =>
  // Room that nothing is written to costs nothing.
  new FramedReader(readMessage(isInBlock ? XID_BYTES : 0), { bytes, keptBytesMax: 3 * SMALL_VALUES_BYTES_MAX });

/** XLogData, then an insert, update or delete (manual: Logical Replication Message Formats); others are kept whole. */
function* readMessage(xidBytes: number): Step {
  const head = yield { keep: XLOG_HEADER_BYTES + 1 };
  const tag = head[XLOG_HEADER_BYTES];
  if (tag === INSERT || tag === UPDATE || tag === DELETE) {
    yield { keep: xidBytes + OID_BYTES };
    for (;;) {
      const kind = (yield { keep: 1 })[0];
      yield* readTuple();
      if (kind === NEW || tag === DELETE) break;
    }
  }
  yield { keep: Number.POSITIVE_INFINITY };
}

function* readTuple(): Step {
  const columns = (yield { keep: 2 }).readUInt16BE();
  let kept = 0;
  for (let column = 0; column < columns; column++) {
    const [kind = 0] = yield { look: 1 };
    if (kind !== TEXT && kind !== BINARY) {
      yield { add: Buffer.from([kind]) };
      continue;
    }
    const length = yield { look: 4 };
    const bytes = length.readUInt32BE();
    if (bytes > valueBytesMax(kept)) {
      yield { add: Buffer.from([OMITTED]) };
      yield { skip: bytes };
      continue;
    }
    yield { add: Buffer.from([kind, ...length]) };
    yield { keep: bytes };
    kept += bytes;
  }
}

const XLOG_HEADER_BYTES = 25;
const XID_BYTES = 4;
const OID_BYTES = 4;
const INSERT = 0x49;
const UPDATE = 0x55;
const DELETE = 0x44;
const NEW = 0x4e;
const TEXT = 0x74;
const BINARY = 0x62;
