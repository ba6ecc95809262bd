import { createCipheriv, randomBytes } from 'node:crypto';

/**
 * Hides what lies on the disk from everybody but this process: rows come there before rules have left anything out or masked
 * it. The key is nowhere but in memory, so that what a crash leaves behind is noise. AES-256 in counter mode, each piece under a
 * number of its own, since a place in a file may be written more than once.
 */
export class SpoolCipher {
  readonly #key = randomBytes(32);
  #pieces = 0;

  /** A number for a piece that is to be written. */
  number(): number {
    this.#pieces += 1;
    return this.#pieces;
  }

  /** Hides the bytes of a piece, or shows them; what is cut off its end does not matter. */
  apply(bytes: Buffer, piece: number): Buffer {
    const counter = Buffer.alloc(16);
    counter.writeBigUInt64BE(BigInt(piece));
    return createCipheriv('aes-256-ctr', this.#key, counter).update(bytes);
  }
}
