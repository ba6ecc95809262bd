import { hasSqlState } from './has-sql-state.ts';

/** SQLSTATEs of broken constraints (manual: appendix A). */
const STATES = { unique: '23505', foreignKey: '23503' } as const;

/** Whether an error, or what caused it, is PostgreSQL's report of a broken constraint. */
export const isViolation = (error: unknown, kind: keyof typeof STATES): boolean => hasSqlState(error, STATES[kind]);
