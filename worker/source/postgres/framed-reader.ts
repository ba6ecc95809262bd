/** Takes a message in pieces and makes a smaller one of it. */
export type Condenser = {
  write(bytes: Buffer, start: number, end: number): void;
  end(): Buffer;
};

/** What is done with the next bytes: they are kept, left out, or looked at first; or something else is added. */
export type Wish =
  | { readonly keep: number }
  | { readonly skip: number }
  | { readonly look: number }
  | { readonly add: Buffer };

/** Asks for one thing after the other and gets the bytes of each; of long ones, only those at hand. */
export type Step = Generator<Wish, void, Buffer>;

const EMPTY = Buffer.alloc(0);
/** What is asked for in one piece is no longer than this. */
const WHOLE_BYTES_MAX = 256;

/** Reads a message of known structure that arrives in pieces cut anywhere. */
export class FramedReader implements Condenser {
  readonly #steps: Step;
  readonly #out: Buffer;
  #length = 0;
  #wish: Wish | null = null;
  #left = 0;
  /** The beginning of a piece whose end has not arrived. */
  #partial: Buffer = EMPTY;

  constructor(steps: Step, { bytes, keptBytesMax }: { bytes: number; keptBytesMax: number }) {
    this.#steps = steps;
    this.#out = Buffer.allocUnsafeSlow(Math.min(bytes, keptBytesMax));
    this.#next(EMPTY);
  }

  write(bytes: Buffer, start: number, end: number): void {
    let at = start;
    while (this.#wish && at < end) {
      const taken = Math.min(this.#left, end - at);
      const piece = bytes.subarray(at, at + taken);
      at += taken;
      this.#left -= taken;
      if ('keep' in this.#wish) this.#add(piece);
      if (!('skip' in this.#wish) && this.#partial.length + taken <= WHOLE_BYTES_MAX)
        this.#partial = this.#left === 0 && this.#partial === EMPTY ? piece : Buffer.concat([this.#partial, piece]);
      if (this.#left === 0) this.#next(this.#partial);
    }
  }

  end(): Buffer {
    return this.#out.subarray(0, this.#length);
  }

  /** What is added needs no bytes, and neither does a wish for none. */
  #next(answer: Buffer): void {
    let reply = answer;
    for (;;) {
      const step = this.#steps.next(reply);
      this.#partial = EMPTY;
      this.#wish = step.done ? null : step.value;
      if (!this.#wish) return;
      reply = EMPTY;
      if ('add' in this.#wish) this.#add(this.#wish.add);
      else {
        this.#left = 'keep' in this.#wish ? this.#wish.keep : 'skip' in this.#wish ? this.#wish.skip : this.#wish.look;
        if (this.#left > 0) return;
      }
    }
  }

  #add(piece: Buffer): void {
    if (this.#length + piece.length > this.#out.length)
      throw new RangeError('a condensed message is longer than its bound');
    this.#length += piece.copy(this.#out, this.#length);
  }
}
