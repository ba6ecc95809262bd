import { OMITTED } from './condense-message.ts';
import { type Message, unreadable } from './pgoutput.ts';

/** What pgoutput says of a column in front of its value (protocol-logicalrep-message-formats, TupleData). */
export const VALUE = 0x74;
export const NULL = 0x6e;
export const UNCHANGED = 0x75;

/** Lengths of values that are not there: NULL, one that was not sent because it did not change, one that was left out. */
const NULL_LENGTH = -1;
export const NOT_SENT = -2;
export const LEFT_OUT = -3;

/** Where the values of one tuple are: the first byte and the length of each, or one of the lengths above. */
export class TupleColumns {
  count = 0;
  starts = new Int32Array(0);
  lengths = new Int32Array(0);

  /** Returns the end of the tuple. */
  read(message: Message, tupleAt: number): number {
    const { bytes, end } = message;
    this.count = bytes.readUInt16BE(tupleAt);
    if (this.starts.length < this.count) {
      this.starts = new Int32Array(this.count);
      this.lengths = new Int32Array(this.count);
    }
    let at = tupleAt + 2;
    for (let column = 0; column < this.count; column++) {
      const kind = bytes[at++];
      if (kind === VALUE) {
        const length = bytes.readInt32BE(at);
        at += 4;
        if (length < 0 || at + length > end) throw unreadable(bytes, tupleAt, end);
        this.starts[column] = at;
        this.lengths[column] = length;
        at += length;
      } else if (kind === NULL) this.lengths[column] = NULL_LENGTH;
      else if (kind === UNCHANGED) this.lengths[column] = NOT_SENT;
      else if (kind === OMITTED) this.lengths[column] = LEFT_OUT;
      else throw unreadable(bytes, at - 1, end);
    }
    return at;
  }
}
