const ENTRIES_FIRST = 64;

/**
 * Where in the kept changes of a transaction those of its subtransactions begin, as far as they may still be rolled back.
 * Subtransactions nest: while one is open, only it and what is within it write, and nothing was written behind the first
 * change of one that is rolled back but what goes with it. A change of an outer one says that the inner ones were released
 * into it (a rollback would have been told before), so that only the outer one's fate counts. Ids are given out from the
 * outside in, hence what is left is ordered by id and by place.
 */
export class Subtransactions {
  readonly #top: number;
  /** Distances from the transaction's own id, which may wrap around. */
  #ids = new Uint32Array(ENTRIES_FIRST);
  #starts = new Float64Array(ENTRIES_FIRST);
  #count = 0;
  #last: number | null;

  constructor(topXid: number) {
    this.#top = topXid;
    this.#last = topXid;
  }

  /** How many are remembered, at 12 bytes each. */
  get size(): number {
    return this.#count;
  }

  /** A change of this transaction or subtransaction is kept at this place. */
  wrote(xid: number, at: number): void {
    if (xid === this.#last) return;
    this.#last = xid;
    const id = (xid - this.#top) >>> 0;
    let start = at;
    while (this.#count > 0 && (this.#ids[this.#count - 1] as number) > id) {
      this.#count -= 1;
      start = this.#starts[this.#count] as number;
    }
    if (id === 0 || (this.#count > 0 && this.#ids[this.#count - 1] === id)) return;
    if (this.#count === this.#ids.length) this.#grow();
    this.#ids[this.#count] = id;
    this.#starts[this.#count] = start;
    this.#count += 1;
  }

  /** Where what was kept ends now that this subtransaction is rolled back; null when nothing of it was left. */
  rolledBack(xid: number): number | null {
    const id = (xid - this.#top) >>> 0;
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ids[middle] as number) < id) low = middle + 1;
      else high = middle;
    }
    if (low === this.#count || this.#ids[low] !== id) return null;
    this.#count = low;
    this.#last = null;
    return this.#starts[low] as number;
  }

  #grow(): void {
    const ids = new Uint32Array(2 * this.#ids.length);
    const starts = new Float64Array(2 * this.#starts.length);
    ids.set(this.#ids);
    starts.set(this.#starts);
    this.#ids = ids;
    this.#starts = starts;
  }
}
