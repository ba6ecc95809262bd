import { S3ServiceException } from '@aws-sdk/client-s3';
import { AppError } from '@/server/errors/app-error.ts';
import type { ErrorCode } from '@/server/errors/codes.ts';
import { refusalIn } from '@/server/network/guard.ts';
import { codedFileError } from './file-errors.ts';

/** An S3 SDK error as an AppError; AppErrors and aborts pass unchanged. Local file errors keep their own codes. */
export function codedS3Error(error: unknown, message: string): Error {
  if (!(error instanceof S3ServiceException)) return refusalIn(error) ?? codedFileError(error, message);
  return new AppError(codeOf(error), `${message}: ${error.name}`, { cause: error });
}

function codeOf(error: S3ServiceException): ErrorCode {
  switch (error.name) {
    case 'NoSuchKey':
    case 'NotFound':
    case 'NoSuchBucket':
    case 'InvalidRange':
      return 'STORAGE_FILE_MISSING';
    default:
      return [401, 403].includes(error.$metadata.httpStatusCode ?? 0) ? 'STORAGE_DENIED' : 'STORAGE_UNREACHABLE';
  }
}
