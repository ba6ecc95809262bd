import { createHash } from 'node:crypto';

/** A multiset of rows, kept as hashes: which side lacks how many rows, and one number that does not depend on order. */
export class RowSet {
  readonly #counts = new Map<string, number>();
  #rows = 0;
  #sum = 0n;

  add(canonical: ReadonlyArray<string | null>): void {
    const hash = createHash('sha256').update(JSON.stringify(canonical)).digest('hex').slice(0, 32);
    this.#counts.set(hash, (this.#counts.get(hash) ?? 0) + 1);
    this.#rows++;
    this.#sum = BigInt.asUintN(128, this.#sum + BigInt(`0x${hash}`));
  }

  get rows(): number {
    return this.#rows;
  }

  /** Sum of the row hashes modulo 2^128, as hex. */
  get hash(): string {
    return this.#sum.toString(16).padStart(32, '0');
  }

  /** Rows of this set that the other lacks. */
  without(other: RowSet): number {
    let missing = 0;
    for (const [hash, count] of this.#counts) missing += Math.max(0, count - (other.#counts.get(hash) ?? 0));
    return missing;
  }
}
