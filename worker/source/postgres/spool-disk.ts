import { mkdir, rm, statfs } from 'node:fs/promises';
import { AppError } from '@/server/errors/app-error.ts';
import { SpoolCipher } from './spool-cipher.ts';

export type SpoolOptions = {
  /** A folder of this session's own; made when it is needed, removed in the end. */
  readonly folder: string;
  /** Of all files together. */
  readonly bytesMax: number;
  /** What is left free for everybody else on this disk; default 1 GiB. */
  readonly freeBytesMin?: number;
  /** Called when what lies there has changed. */
  readonly onUse?: (use: { readonly bytes: number; readonly transactions: number }) => void;
};

export const PIECE_BYTES = 1024 * 1024;
/** Handed to the system and not written yet; reading rests meanwhile. */
const PENDING_BYTES_MAX = 8 * PIECE_BYTES;
/** So much is written between two looks at what is free. */
const LOOK_EVERY_BYTES = 64 * 1024 * 1024;
const FREE_BYTES_MIN = 1024 * 1024 * 1024;
/** Each has an open file. */
const FILES_MAX = 512;

/** The local disk that transactions in progress are kept on: its bounds, and buffers on their way to it. */
export class SpoolDisk implements AsyncDisposable {
  readonly #options: SpoolOptions;
  readonly #onBehind: () => void;
  readonly #onCaughtUp: () => void;
  readonly #pieces: Buffer[] = [];
  readonly cipher = new SpoolCipher();
  #made: Promise<unknown> | null = null;
  #bytes = 0;
  #files = 0;
  #pending = 0;
  #sinceLook = LOOK_EVERY_BYTES;
  #isBehind = false;

  constructor(options: SpoolOptions, on: { behind: () => void; caughtUp: () => void }) {
    this.#options = options;
    this.#onBehind = on.behind;
    this.#onCaughtUp = on.caughtUp;
  }

  get folder(): string {
    return this.#options.folder;
  }

  /** Writing does not keep up. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** Resolves when the folder is there. */
  ready(): Promise<unknown> {
    this.#made ??= mkdir(this.folder, { recursive: true });
    return this.#made;
  }

  takePiece(): Buffer {
    return this.#pieces.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
  }

  givePiece(piece: Buffer): void {
    if (this.#pieces.length * PIECE_BYTES < PENDING_BYTES_MAX) this.#pieces.push(piece);
  }

  /** Throws SOURCE_IN_PROGRESS when there are too many. */
  addFile(): void {
    if (this.#files >= FILES_MAX) {
      throw new AppError('SOURCE_IN_PROGRESS', `${FILES_MAX} large transactions are in progress on the source`);
    }
    this.#files += 1;
    this.#show();
  }

  removeFile(): void {
    this.#files -= 1;
    this.#show();
  }

  /** Throws SOURCE_IN_PROGRESS when that is too much. */
  grow(bytes: number): void {
    const { bytesMax } = this.#options;
    if (this.#bytes + bytes > bytesMax) {
      throw new AppError(
        'SOURCE_IN_PROGRESS',
        `transactions in progress on the source are larger than ${bytesMax} bytes`,
      );
    }
    this.#bytes += bytes;
    this.#show();
  }

  shrink(bytes: number): void {
    this.#bytes -= bytes;
    this.#show();
  }

  /** Resolves when so much may be written. Throws SOURCE_IN_PROGRESS when others would soon have no room. */
  async leaveRoom(bytes: number): Promise<void> {
    this.#sinceLook += bytes;
    if (this.#sinceLook < LOOK_EVERY_BYTES) return;
    this.#sinceLook = 0;
    const { bavail, bsize } = await statfs(this.folder);
    if (bavail * bsize < (this.#options.freeBytesMin ?? FREE_BYTES_MIN)) {
      throw new AppError('SOURCE_IN_PROGRESS', `the disk of ${this.folder} is nearly full`);
    }
  }

  writing(bytes: number): void {
    this.#pending += bytes;
    if (this.#isBehind || this.#pending <= PENDING_BYTES_MAX) return;
    this.#isBehind = true;
    this.#onBehind();
  }

  written(bytes: number): void {
    this.#pending -= bytes;
    if (!this.#isBehind || this.#pending > PENDING_BYTES_MAX / 2) return;
    this.#isBehind = false;
    this.#onCaughtUp();
  }

  /** Takes the folder away. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#made?.catch(() => undefined); // whoever waited for it has heard
    await rm(this.folder, { recursive: true, force: true });
  }

  #show(): void {
    this.#options.onUse?.({ bytes: this.#bytes, transactions: this.#files });
  }
}

/** What the local file system said, with a code. */
export const spoolError = (error: unknown): AppError =>
  error instanceof AppError
    ? error
    : new AppError('SOURCE_IN_PROGRESS', "a transaction in progress cannot be kept on this worker's disk", {
        cause: error,
      });
