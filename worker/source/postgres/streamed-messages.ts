/** The messages that frame streamed transactions (manual: "Logical Replication Message Formats", protocol version 2). */
export const STREAM_START = 0x53;
export const STREAM_STOP = 0x45;
export const STREAM_COMMIT = 0x63;
export const STREAM_ABORT = 0x41;

/** Stream Start: transaction id, and whether this is its first block. */
export const readStreamStart = (bytes: Buffer, start: number): { xid: number; isFirst: boolean } => ({
  xid: bytes.readUInt32BE(start + 1),
  isFirst: bytes[start + 5] === 1,
});

/** Stream Abort: the transaction, and the subtransaction that is rolled back, or itself. */
export const readStreamAbort = (bytes: Buffer, start: number): { xid: number; subXid: number } => ({
  xid: bytes.readUInt32BE(start + 1),
  subXid: bytes.readUInt32BE(start + 5),
});

const BEGIN = 0x42;
const COMMIT = 0x43;
/** Flags, LSN of the commit, LSN after it, time. */
const COMMIT_BYTES = 25;

/** Stream Commit, as the messages that would stand around the transaction had it not been streamed. */
export function readStreamCommit(bytes: Buffer, start: number): { xid: number; begin: Buffer; commit: Buffer } {
  const xid = bytes.readUInt32BE(start + 1);
  const told = bytes.subarray(start + 5, start + 5 + COMMIT_BYTES);
  const begin = Buffer.alloc(1 + 8 + 8 + 4);
  begin[0] = BEGIN;
  told.copy(begin, 1, 1, 9);
  told.copy(begin, 9, 17, 25);
  begin.writeUInt32BE(xid, 17);
  return { xid, begin, commit: Buffer.concat([Buffer.from([COMMIT]), told]) };
}
