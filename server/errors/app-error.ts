import { ERROR_CODES, type ErrorCode } from './codes.ts';

/** A part of the input that is wrong: its dotted path (`tables[2].lakeName`), and why. */
export type FieldProblem = { readonly field: string; readonly reason: string };

type Options = ErrorOptions & { readonly fields?: readonly FieldProblem[]; readonly retryAfterS?: number };

/** An expected failure with a code from the catalogue. The message names what failed and never holds row values or secrets. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  /** Which parts of the input it is about, when it is about any. */
  readonly fields: readonly FieldProblem[];
  /** Seconds after which trying again may work, where that is known; HTTP answers carry it as `Retry-After`. */
  readonly retryAfterS: number | undefined;
  constructor(code: ErrorCode, message: string, { fields = [], retryAfterS, ...options }: Options = {}) {
    super(message, options);
    this.code = code;
    this.fields = fields;
    this.retryAfterS = retryAfterS;
  }
}

/** An AppError about one field; its message reads `field: reason`. */
export function fieldError(code: ErrorCode, field: string, reason: string, options: ErrorOptions = {}): AppError {
  return new AppError(code, `${field}: ${reason}`, { ...options, fields: [{ field, reason }] });
}

/** What to do about any thrown value; unknown errors wait for a person, those of a database that is away do not. */
export function policyOf(error: unknown): { code: ErrorCode; retry: 'automatic' | 'manual' | 'never'; remedy: string } {
  const code = error instanceof AppError ? error.code : isDatabaseAway(error) ? 'DATABASE_UNREACHABLE' : 'INTERNAL';
  const { retry, remedy } = ERROR_CODES[code];
  return { code, retry, remedy };
}

/**
 * Drivers' errors of every other system are translated where they arise, so what arrives as it is comes from our own
 * database: lost or refused connections, SQLSTATE classes 08, 40, 53 and 57, and a session that was ended because it stood
 * still within a transaction (manual: appendix A).
 */
function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  // The query builder wraps what the driver threw.
  if (error.cause !== undefined && isDatabaseAway(error.cause)) return true;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (/^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/.test(code)) return true;
  if (/^(08|40|53|57)[0-9A-Z]{3}$|^25P03$/.test(code)) return true;
  // The driver has no code for these; the last one is of a connection that broke between two statements.
  return /^Connection terminated|^timeout exceeded when trying to connect|is not queryable$/.test(error.message);
}
