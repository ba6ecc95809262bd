type HandoffOptions<T> = {
  itemsMax: number;
  /** Of what waits and of the item that the consumer is at. */
  bytesMax: number;
  bytesOf: (item: T) => number;
  onFull: () => void;
  onRoom: () => void;
};

/**
 * A bounded queue between callbacks and one consumer. It may exceed its bound by what arrives before the producer has
 * reacted to `onFull`; `onRoom` follows when the consumer has taken an item, or is done with a large one.
 */
export class Handoff<T> implements AsyncIterable<T> {
  readonly #options: HandoffOptions<T>;
  readonly #items: T[] = [];
  #failure: { error: unknown } | null = null;
  #isEnded = false;
  #isFinished = false;
  #isFull = false;
  #bytes = 0;
  #wake: (() => void) | null = null;

  constructor(options: HandoffOptions<T>) {
    this.#options = options;
  }

  push(item: T): void {
    if (this.#isEnded || this.#isFinished || this.#failure) return;
    this.#items.push(item);
    this.#bytes += this.#options.bytesOf(item);
    this.#notify();
    if (this.#hasRoom() || this.#isFull) return;
    this.#isFull = true;
    this.#options.onFull();
  }

  get isFull(): boolean {
    return this.#isFull;
  }

  get size(): number {
    return this.#items.length;
  }

  /** The consumer still gets what was pushed before, then the error. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#notify();
  }

  /** The consumer still gets what was pushed before, then the end. */
  finish(): void {
    this.#isFinished = true;
    this.#notify();
  }

  /** The consumer gets nothing more. */
  end(): void {
    this.#isEnded = true;
    this.#items.length = 0;
    this.#notify();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    while (!this.#isEnded) {
      const item = this.#items.shift();
      if (item !== undefined) {
        this.#makeRoom();
        yield item;
        this.#bytes -= this.#options.bytesOf(item);
        this.#makeRoom();
      } else if (this.#failure) {
        throw this.#failure.error;
      } else if (this.#isFinished) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  #hasRoom(): boolean {
    return this.#items.length < this.#options.itemsMax && this.#bytes < this.#options.bytesMax;
  }

  #makeRoom(): void {
    if (!this.#isFull || !this.#hasRoom()) return;
    this.#isFull = false;
    this.#options.onRoom();
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = null;
  }
}
