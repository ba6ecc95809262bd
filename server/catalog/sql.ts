import type { Pool, PoolClient } from 'pg';

/** Runs `work` in one transaction. An error before COMMIT rolls back; `onUnknown` names an error of COMMIT itself. */
export async function inTransaction<Result>(
  pool: Pool,
  work: (tx: PoolClient) => Promise<Result>,
  onUnknown: (cause: unknown) => Error = (cause) => (cause instanceof Error ? cause : new Error(String(cause))),
): Promise<Result> {
  const tx = await pool.connect();
  let broken: Error | undefined;
  // A connection that breaks between two statements would otherwise end the process; the next statement reports it.
  const ignore = (): void => undefined;
  tx.on('error', ignore);
  try {
    await tx.query('begin');
    const result = await work(tx);
    await tx.query('commit').catch((error: unknown) => {
      broken = onUnknown(error);
      throw broken;
    });
    return result;
  } catch (error) {
    if (!broken) {
      await tx.query('rollback').catch((failure: unknown) => {
        broken = failure instanceof Error ? failure : new Error(String(failure));
      });
    }
    throw error;
  } finally {
    tx.off('error', ignore);
    tx.release(broken);
  }
}

export const UNIQUE_VIOLATION = '23505';
export const FOREIGN_KEY_VIOLATION = '23503';

/** Whether the error is PostgreSQL's with that SQLSTATE. */
export const hasSqlState = (error: unknown, state: string): boolean =>
  error instanceof Error && 'code' in error && error.code === state;
