import { AppError } from '@/server/errors/app-error.ts';
import type { ErrorCode } from '@/server/errors/codes.ts';

const CODES: Record<string, ErrorCode> = {
  ENOENT: 'STORAGE_FILE_MISSING',
  EACCES: 'STORAGE_DENIED',
  EPERM: 'STORAGE_DENIED',
  EROFS: 'STORAGE_DENIED',
  ENOSPC: 'STORAGE_FULL',
  EDQUOT: 'STORAGE_FULL',
};

/** A file system error as an AppError; AppErrors and aborts pass unchanged. */
export function codedFileError(error: unknown, message: string): Error {
  if (error instanceof AppError) return error;
  if (error instanceof Error && error.name === 'AbortError') return error;
  return new AppError(CODES[errnoOf(error) ?? ''] ?? 'STORAGE_UNREACHABLE', message, { cause: error });
}

/** True for "no such file" of the file system. */
export const isMissing = (error: unknown): boolean => errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR';

function errnoOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}
