import { AppError } from '@/server/errors/app-error.ts';

/** Throws INVALID_INPUT when nothing is to be changed: a new version would only spoil what others have read. */
export function requireChange(wanted: object): void {
  if (Object.values(wanted).every((value) => value === undefined)) {
    throw new AppError('INVALID_INPUT', 'give at least one field to change');
  }
}
