import { AppError } from '@/server/errors/app-error.ts';
import type { Answer } from './http.ts';

/** What a request was for decides what its failure means. */
export type Purpose = 'commit' | 'create-table' | 'load-table' | 'other';

/**
 * The error of an answer that is not a success. A commit's outcome is unknown once the request may have arrived and no
 * clear refusal came back (as Java's RESTCatalog: 500, 502, 503 and 504 leave the state open).
 */
export function answerError(answer: Answer, options: { purpose: Purpose; what: string }): AppError {
  const { purpose, what } = options;
  if (answer.kind === 'failure') {
    if (purpose !== 'commit' && answer.cause instanceof AppError) return answer.cause;
    const code = purpose === 'commit' && answer.sent ? 'COMMIT_UNKNOWN' : 'CATALOG_UNREACHABLE';
    return new AppError(code, `${what}: the catalog gave no answer`, { cause: answer.cause });
  }
  const { status } = answer;
  const error = errorModel(answer.body);
  const message = `${what}: ${status} ${error.type} ${error.message}`.trimEnd();
  if (status === 409) {
    if (purpose === 'commit') return new AppError('COMMIT_CONFLICT', message);
    if (purpose === 'create-table') return new AppError('LAKE_TABLE_EXISTS', message);
  }
  if ([401, 403, 419].includes(status)) return new AppError('CATALOG_DENIED', message);
  // Any other 404 means that there is no catalog at this address.
  const ofTable = purpose === 'commit' || purpose === 'load-table';
  if (status === 404 && ofTable && /^NoSuch(Table|Namespace)/.test(error.type)) {
    return new AppError('LAKE_TABLE_MISSING', message);
  }
  if (status === 429) return new AppError('CATALOG_UNREACHABLE', message);
  if (status === 501) return new AppError('CATALOG_REFUSED', message);
  if (status >= 500 || status === 408) {
    return new AppError(purpose === 'commit' ? 'COMMIT_UNKNOWN' : 'CATALOG_UNREACHABLE', message);
  }
  if (status >= 400) return new AppError('CATALOG_REFUSED', message);
  // A success we cannot read, or a redirect: a commit may have been applied behind it.
  return new AppError(purpose === 'commit' && status < 300 ? 'COMMIT_UNKNOWN' : 'CATALOG_RESPONSE_INVALID', message);
}

const MESSAGE_CHARACTERS_MAX = 500;

/** REST catalog: ErrorModel. Foreign text is shortened. */
function errorModel(body: unknown): { type: string; message: string } {
  const error = isRecord(body) && isRecord(body.error) ? body.error : {};
  return { type: text(error.type), message: text(error.message) };
}

const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, MESSAGE_CHARACTERS_MAX) : '');

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
