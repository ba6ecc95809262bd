import { ERROR_CODES, type ErrorCode } from './codes.ts';

/** An expected failure with a code from the catalogue. The message names what failed and never holds row values or secrets. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What to do about any thrown value; unknown errors wait for a person. */
export function policyOf(error: unknown): { code: ErrorCode; retry: 'automatic' | 'manual' | 'never'; remedy: string } {
  const code = error instanceof AppError ? error.code : 'INTERNAL';
  const { retry, remedy } = ERROR_CODES[code];
  return { code, retry, remedy };
}
