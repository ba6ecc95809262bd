import type { Lsn } from '@/server/domain/lsn.ts';

type AckTrackerOptions = {
  /** The durable position that the session resumes from. */
  resumeFrom: Lsn;
  nowMs: number;
  /** How often at most an idle stream asks for its position to be stored ... */
  advanceIntervalMs?: number;
  /** ... and how often when the log has moved by more than `advanceSoonerBytes`. */
  advanceSoonerMs?: number;
  advanceSoonerBytes?: bigint;
};

/**
 * Decides how far the slot may advance: exactly to what is stored, and past what carries no changes of ours only when
 * nothing is outstanding and that advance has been stored too.
 */
export class AckTracker {
  #safe: Lsn;
  #offered: Lsn;
  #idle: Lsn;
  #isOutstanding = false;
  #lastAdvanceMs: number;
  readonly #intervalMs: number;
  readonly #soonerMs: number;
  readonly #soonerBytes: bigint;

  constructor(options: AckTrackerOptions) {
    this.#safe = options.resumeFrom;
    this.#offered = options.resumeFrom;
    this.#idle = options.resumeFrom;
    this.#lastAdvanceMs = options.nowMs;
    this.#intervalMs = options.advanceIntervalMs ?? 10_000;
    this.#soonerMs = options.advanceSoonerMs ?? 1_000;
    this.#soonerBytes = options.advanceSoonerBytes ?? 16n * 1024n * 1024n;
  }

  /** What the slot may be confirmed to, and is reported to the server whatever happens. */
  get safe(): Lsn {
    return this.#safe;
  }

  /** A transaction has begun; until its end is offered, positions from keepalives mean nothing. */
  began(): void {
    this.#isOutstanding = true;
  }

  /** A complete segment was handed over that ends here; the transaction after it may have begun already. */
  offered(segment: { endLsn: Lsn; isInTransaction: boolean }): void {
    this.#isOutstanding = segment.isInTransaction;
    if (segment.endLsn > this.#offered) this.#offered = segment.endLsn;
  }

  /** Whatever began turned out to hold no changes for us, and nothing else waits to be offered. */
  endedEmpty(endLsn: Lsn): void {
    this.#isOutstanding = false;
    this.passed(endLsn);
  }

  /** The server has nothing for us before this position. Ignored while a transaction is outstanding. */
  passed(walEnd: Lsn): void {
    if (!this.#isOutstanding && walEnd > this.#idle) this.#idle = walEnd;
  }

  /** The consumer has stored a segment. Throws when it claims more than it was given. */
  stored(endLsn: Lsn): void {
    if (endLsn > this.#offered) throw new RangeError('a position was confirmed that no segment has offered');
    if (endLsn > this.#safe) this.#safe = endLsn;
  }

  /** The position to store as a bare advance now, or null. The caller offers it next. */
  dueAdvance(nowMs: number): Lsn | null {
    const moved = this.#idle - this.#offered;
    if (this.#isOutstanding || moved <= 0n) return null;
    const waitMs = moved > this.#soonerBytes ? this.#soonerMs : this.#intervalMs;
    if (nowMs - this.#lastAdvanceMs < waitMs) return null;
    this.#lastAdvanceMs = nowMs;
    return this.#idle;
  }
}
