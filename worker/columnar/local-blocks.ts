import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LINE_BYTES_MAX } from './large-rows.ts';

/** Smaller blocks come from the database soon enough, and a file for each would cost more. */
const BLOCK_BYTES_MIN = 512 * 1024;
/** Larger ones are looked through for rows that are too long. */
const BLOCK_BYTES_MAX = LINE_BYTES_MAX;
/** Blocks that nobody has claimed for so long were probably committed by another worker. */
const STALE_MS = 120_000;

type Kept = { readonly bytes: number; readonly keptAtMs: number };

/**
 * Blocks that this process has put into the buffer, kept as files for its own commit, which then reads nothing back and
 * expands nothing. Only a shortcut: the buffer is the truth, and a block that is not here comes from there. A block's id is
 * made with its bytes and stands in the directory of its segment, so that the two never differ.
 */
export class LocalBlocks {
  readonly #dir: string;
  readonly #bytesMax: number;
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  constructor({ dir, bytesMax = 1024 ** 3 }: { dir: string; bytesMax?: number }) {
    this.#dir = dir;
    this.#bytesMax = bytesMax;
  }

  /** Keeps a block if there is room. A disk that fails is no reason to fail. */
  async keep(id: string, bytes: Buffer): Promise<void> {
    if (bytes.length < BLOCK_BYTES_MIN || bytes.length > BLOCK_BYTES_MAX) return;
    await this.#dropStale(bytes.length);
    if (this.#bytes + bytes.length > this.#bytesMax) return;
    this.#bytes += bytes.length;
    try {
      await writeFile(this.#path(id), bytes, { flag: 'wx' });
      this.#kept.set(id, { bytes: bytes.length, keptAtMs: performance.now() });
    } catch {
      this.#bytes -= bytes.length;
      await rm(this.#path(id), { force: true });
    }
  }

  /** The block's file, which is the caller's from then on; null when it is not here. */
  take(id: string): string | null {
    return this.#forget(id) ? this.#path(id) : null;
  }

  /** Room for `bytes`, if what is stale can give it. The oldest were kept first. */
  async #dropStale(bytes: number): Promise<void> {
    for (const [id, { keptAtMs }] of this.#kept) {
      if (this.#bytes + bytes <= this.#bytesMax || performance.now() - keptAtMs < STALE_MS) return;
      this.#forget(id);
      await rm(this.#path(id), { force: true });
    }
  }

  #forget(id: string): boolean {
    this.#bytes -= this.#kept.get(id)?.bytes ?? 0;
    return this.#kept.delete(id);
  }

  #path(id: string): string {
    return join(this.#dir, `${id}.csv`);
  }
}
