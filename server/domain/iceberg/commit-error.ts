/**
 * Why a commit cannot apply. `conflict`: the table is not what the request was made for, so reload and plan again.
 * `invalid`: the request itself is wrong. Messages follow the reference implementation's, since clients show and
 * compare them.
 */
export class CommitError extends Error {
  override readonly name = 'CommitError';
  readonly kind: 'conflict' | 'invalid';
  constructor(kind: 'conflict' | 'invalid', message: string) {
    super(message);
    this.kind = kind;
  }
}

/** Throws an `invalid` CommitError unless the condition holds. */
export function requireValid(condition: boolean, message: string): asserts condition {
  if (!condition) throw new CommitError('invalid', message);
}

/** Throws a `conflict` CommitError unless the condition holds. */
export function requireCurrent(condition: boolean, message: string): asserts condition {
  if (!condition) throw new CommitError('conflict', message);
}
