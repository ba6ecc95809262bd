import { AppError } from '@/server/errors/app-error.ts';
import { sourceError, sqlState } from '@/server/postgres/source-error.ts';

/** Translates a failure of the stream by the SQLSTATEs that START_REPLICATION and decoding raise, seen on live servers. */
export function streamError(error: unknown, options: { slot: string; publication: string }): AppError {
  const { slot, publication } = options;
  switch (sqlState(error)) {
    case '42704':
      return new AppError('SOURCE_PUBLICATION', `slot ${slot} or publication ${publication} does not exist there`, {
        cause: error,
      });
    case '55000':
      return new AppError('SOURCE_SLOT_LOST', `slot ${slot} cannot be read`, { cause: error });
    default:
      return sourceError(error, `streaming from slot ${slot}`);
  }
}
