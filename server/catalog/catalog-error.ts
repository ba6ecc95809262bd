import { CommitError } from '@/server/domain/iceberg/commit-error.ts';
import {
  identifierText,
  type Namespace,
  namespaceText,
  type TableIdentifier,
} from '@/server/domain/iceberg/identifier.ts';
import { AppError } from '@/server/errors/app-error.ts';

/** An answer in the REST catalog's error shape. `type` is what clients turn into an exception of theirs. */
export class CatalogError extends Error {
  override readonly name = 'CatalogError';
  readonly status: number;
  readonly type: string;
  constructor(answer: { status: number; type: string; message: string }, options?: ErrorOptions) {
    super(answer.message, options);
    this.status = answer.status;
    this.type = answer.type;
  }
}

export const badRequest = (message: string): CatalogError =>
  new CatalogError({ status: 400, type: 'BadRequestException', message });

export const noSuchNamespace = (namespace: Namespace): CatalogError =>
  new CatalogError({
    status: 404,
    type: 'NoSuchNamespaceException',
    message: `Namespace does not exist: ${namespaceText(namespace)}`,
  });

export const noSuchTable = (table: TableIdentifier): CatalogError =>
  new CatalogError({
    status: 404,
    type: 'NoSuchTableException',
    message: `Table does not exist: ${identifierText(table)}`,
  });

export const tableExists = (table: TableIdentifier): CatalogError =>
  new CatalogError({
    status: 409,
    type: 'AlreadyExistsException',
    message: `Table already exists: ${identifierText(table)}`,
  });

export const commitFailed = (message: string): CatalogError =>
  new CatalogError({ status: 409, type: 'CommitFailedException', message });

/** Clients must neither repeat the commit blindly nor delete its files. */
export const commitUnknown = (cause: unknown): CatalogError =>
  new CatalogError(
    { status: 500, type: 'CommitStateUnknownException', message: 'The outcome of the commit is not known' },
    { cause },
  );

/** Any failure as an answer; null for one that is a defect of ours. */
export function asCatalogError(error: unknown): CatalogError | null {
  if (error instanceof CatalogError) return error;
  if (error instanceof CommitError)
    return error.kind === 'conflict' ? commitFailed(error.message) : badRequest(error.message);
  if (error instanceof AppError && error.code === 'INVALID_INPUT') return badRequest(error.message);
  if (error instanceof AppError && error.code === 'RATE_LIMITED') {
    return new CatalogError({ status: 429, type: 'TooManyRequestsException', message: error.message });
  }
  return null;
}
