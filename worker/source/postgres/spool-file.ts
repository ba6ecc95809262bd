import { type FileHandle, open, rm } from 'node:fs/promises';
import { AppError } from '@/server/errors/app-error.ts';
import { PIECE_BYTES, type SpoolDisk } from './spool-disk.ts';

/** A file that is written behind its writer, can be cut back, and is read once it is whole. */
export class SpoolFile {
  readonly #disk: SpoolDisk;
  readonly #path: string;
  readonly #onError: (error: unknown) => void;
  #opened: FileHandle | null = null;
  /** Everything that was asked of the file so far, one after the other. */
  #work: Promise<void> = Promise.resolve();
  #piece: Buffer | null = null;
  /** Where the piece begins in the file, and how much of it is filled. */
  #pieceAt = 0;
  #filled = 0;
  /** As far as the file reaches, or will when the work is done: cutting back may leave more than what counts. */
  #reach = 0;
  #isCounted = false;
  /** Where each piece that was written begins, up to the next one, and what it is hidden under. */
  readonly #pieces: { readonly at: number; readonly number: number }[] = [];

  constructor(options: { disk: SpoolDisk; path: string; onError: (error: unknown) => void }) {
    this.#disk = options.disk;
    this.#path = options.path;
    this.#onError = options.onError;
  }

  get length(): number {
    return this.#pieceAt + this.#filled;
  }

  /** Copies the bytes. Throws SOURCE_IN_PROGRESS beyond the disk's bound; what the disk says itself comes to `onError`. */
  append(bytes: Buffer, start: number, end: number): void {
    for (let at = start; at < end; ) {
      this.#piece ??= this.#disk.takePiece();
      const copied = bytes.copy(this.#piece, this.#filled, at, end);
      this.#filled += copied;
      at += copied;
      if (this.#filled === PIECE_BYTES) this.flush();
    }
  }

  /** Hands over what is in memory. */
  flush(): void {
    const { written, piece, at } = { written: this.#filled, piece: this.#piece, at: this.#pieceAt };
    if (!piece) return;
    this.#piece = null;
    if (written === 0) {
      this.#disk.givePiece(piece);
      return;
    }
    this.#pieceAt += written;
    this.#filled = 0;
    if (!this.#isCounted) this.#disk.addFile();
    this.#isCounted = true;
    if (this.#pieceAt > this.#reach) this.#reached(this.#pieceAt);
    const number = this.#disk.cipher.number();
    const hidden = this.#disk.cipher.apply(piece.subarray(0, written), number);
    this.#disk.givePiece(piece);
    this.#pieces.push({ at, number });
    this.#disk.writing(written);
    this.#then(async (file) => {
      try {
        await this.#disk.leaveRoom(written);
        for (let done = 0; done < written; )
          done += (await file.write(hidden, done, written - done, at + done)).bytesWritten;
      } finally {
        this.#disk.written(written);
      }
    });
  }

  /** Forgets what stands behind this length. */
  cut(length: number): void {
    if (length >= this.#pieceAt) {
      this.#filled = length - this.#pieceAt;
      return;
    }
    this.#pieceAt = length;
    this.#filled = 0;
    while ((this.#pieces.at(-1)?.at ?? -1) >= length) this.#pieces.pop();
    // A little is simply written over.
    if (this.#reach - length < PIECE_BYTES) return;
    this.#reached(length);
    this.#then((file) => file.truncate(length));
  }

  /** What was written, in its pieces. Everything has to be flushed. */
  async *read(): AsyncGenerator<Buffer> {
    await this.#work;
    for (const [i, { at, number }] of this.#pieces.entries()) {
      const hidden = Buffer.allocUnsafe((this.#pieces[i + 1]?.at ?? this.length) - at);
      for (let done = 0; done < hidden.length; ) {
        const { bytesRead = 0 } = (await this.#opened?.read(hidden, done, hidden.length - done, at + done)) ?? {};
        if (bytesRead === 0) throw new AppError('SOURCE_IN_PROGRESS', 'part of a transaction in progress is gone');
        done += bytesRead;
      }
      yield this.#disk.cipher.apply(hidden, number);
    }
  }

  /** Takes the file away, whatever became of it. */
  async remove(): Promise<void> {
    await this.#work.catch(() => undefined); // told to `onError` already
    await this.#opened?.close();
    this.#opened = null;
    await rm(this.#path, { force: true });
    this.#reached(0);
    if (this.#isCounted) this.#disk.removeFile();
    this.#isCounted = false;
  }

  #reached(length: number): void {
    if (length > this.#reach) this.#disk.grow(length - this.#reach);
    else this.#disk.shrink(this.#reach - length);
    this.#reach = length;
  }

  #then(work: (file: FileHandle) => Promise<void>): void {
    this.#work = this.#work.then(async () => work(await this.#open()));
    this.#work.catch(this.#onError);
  }

  async #open(): Promise<FileHandle> {
    await this.#disk.ready();
    this.#opened ??= await open(this.#path, 'w+', 0o600);
    return this.#opened;
  }
}
