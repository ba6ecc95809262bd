/**
 * Large buffers to be used again. Node counts their bytes as pressure on the heap, so that every few of them cost a whole
 * collection; and the kernel clears every new one.
 */
export class BufferPool {
  readonly #keptBytesMax: number;
  #free: Buffer[] = [];
  #keptBytes = 0;

  constructor({ keptBytesMax }: { keptBytesMax: number }) {
    this.#keptBytesMax = keptBytesMax;
  }

  /** A buffer of at least `bytes`, with anything in it. */
  take(bytes: number): Buffer {
    const at = this.#free.findIndex((buffer) => buffer.length >= bytes);
    const [found] = at < 0 ? [] : this.#free.splice(at, 1);
    this.#keptBytes -= found?.length ?? 0;
    return found ?? Buffer.allocUnsafeSlow(bytes);
  }

  /** Nobody may look at the buffer any more. Beyond the pool's bound it is left to the collector. */
  give(buffer: Buffer): void {
    if (this.#keptBytes + buffer.length > this.#keptBytesMax) return;
    this.#keptBytes += buffer.length;
    this.#free.push(buffer);
    // The smallest that fits is taken first, so that a small block does not hold a large buffer.
    this.#free.sort((a, b) => a.length - b.length);
  }
}
