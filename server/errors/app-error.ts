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

/** What to do about any thrown value; unknown errors wait for a person, those of a database that is away do not. */
export function policyOf(error: unknown): { code: ErrorCode; retry: 'automatic' | 'manual' | 'never'; remedy: string } {
  const code = error instanceof AppError ? error.code : isDatabaseAway(error) ? 'DATABASE_UNREACHABLE' : 'INTERNAL';
  const { retry, remedy } = ERROR_CODES[code];
  return { code, retry, remedy };
}

/**
 * Drivers' errors of every other system are translated where they arise, so what arrives as it is comes from our own
 * database: lost or refused connections, and SQLSTATE classes 08, 40, 53 and 57 (manual: appendix A).
 */
function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (/^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/.test(code)) return true;
  if (/^(08|40|53|57)[0-9A-Z]{3}$/.test(code)) return true;
  // The driver has no code for these two.
  return /^Connection terminated|^timeout exceeded when trying to connect/.test(error.message);
}
