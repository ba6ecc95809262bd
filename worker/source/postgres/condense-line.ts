import { OMITTED_FIELD, valueBytesMax } from './condense-message.ts';
import type { Condenser } from './framed-reader.ts';

const TAB = 0x09;
const LINE_FEED = 0x0a;
const KEPT_BYTES_MAX = 3 * 192 * 1024 * 1024;

/** Reads a line of COPY's text format as it arrives and leaves out the fields of a row that is too large. */
export class LineCondenser implements Condenser {
  readonly #out: Buffer;
  #length = 0;
  #fieldStart = 0;
  #kept = 0;
  #isSkipping = false;

  constructor(bytes: number) {
    // Room that nothing is written to costs nothing.
    this.#out = Buffer.allocUnsafeSlow(Math.min(bytes, KEPT_BYTES_MAX));
  }

  write(bytes: Buffer, start: number, end: number): void {
    const piece = bytes.subarray(start, end);
    for (let at = 0; at < piece.length; ) {
      const tab = piece.indexOf(TAB, at);
      const feed = piece.indexOf(LINE_FEED, at);
      const stop = Math.min(tab < 0 ? piece.length : tab, feed < 0 ? piece.length : feed);
      this.#field(piece.subarray(at, stop));
      if (stop === piece.length) return;
      this.#out[this.#length++] = piece[stop] as number;
      this.#kept = this.#length;
      this.#fieldStart = this.#length;
      this.#isSkipping = false;
      at = stop + 1;
    }
  }

  end(): Buffer {
    return this.#out.subarray(0, this.#length);
  }

  #field(text: Buffer): void {
    if (this.#isSkipping) return;
    if (this.#length - this.#fieldStart + text.length <= valueBytesMax(this.#kept)) {
      this.#length += text.copy(this.#out, this.#length);
      return;
    }
    this.#isSkipping = true;
    this.#length = this.#fieldStart + this.#out.write(OMITTED_FIELD, this.#fieldStart, 'latin1');
  }
}
