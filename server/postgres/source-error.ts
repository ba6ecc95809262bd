import { AppError } from '@/server/errors/app-error.ts';
import type { ErrorCode } from '@/server/errors/codes.ts';

/**
 * Translates a failure of the source's driver into a coded error. Recognised by SQLSTATE (manual: appendix A) or by the
 * system's error code, never by text, but for the one answer that the driver gives no code. The server's detail and parameters stay out of the message.
 */
export function sourceError(error: unknown, doing: string): AppError {
  if (error instanceof AppError) return error;
  const state = sqlState(error);
  const reason = error instanceof Error ? error.message : String(error);
  const code = state === undefined ? codeWithoutState(error) : codeOf(state);
  return new AppError(code, `${doing}: ${reason}`, { cause: error });
}

/** The driver reports a lost connection as a plain error; a failed certificate check has a code of its own. */
function codeWithoutState(error: unknown): ErrorCode {
  if (OUR_MISTAKES.some((mistake) => error instanceof mistake)) return 'INTERNAL';
  if (error instanceof Error && error.message === NO_TLS) return 'SOURCE_WITHOUT_TLS';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('ERR_TLS_') || /CERT|SIGNATURE/.test(code) ? 'SOURCE_REFUSED' : 'SOURCE_UNREACHABLE';
}

/** The driver's words for the server's `N` to its wish for TLS (manual: protocol flow, "SSL Session Encryption"). */
const NO_TLS = 'The server does not support SSL connections';

/** Never the source's doing: trying again would hide them. */
const OUR_MISTAKES = [TypeError, RangeError, ReferenceError, SyntaxError];

/** SQLSTATE of a driver error; undefined for network failures. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code) && !/^E[A-Z]{4}$/.test(error.code)
    ? error.code
    : undefined;
}

function codeOf(state: string): ErrorCode {
  if (state.startsWith('28') || state === '42501') return 'SOURCE_REFUSED';
  const known = BY_STATE[state];
  if (known) return known;
  return RETRIED_CLASSES.has(state.slice(0, 2)) ? 'SOURCE_UNREACHABLE' : 'SOURCE_FAILED';
}

/** Connection exceptions, insufficient resources, operator intervention. */
const RETRIED_CLASSES = new Set(['08', '53', '57']);

const BY_STATE: Record<string, ErrorCode> = {
  '3D000': 'SOURCE_REFUSED',
  '53400': 'SOURCE_FAILED',
  '55006': 'SOURCE_SLOT_BUSY',
  '55P03': 'SOURCE_BLOCKED',
};
