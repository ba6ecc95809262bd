/** SQLSTATEs of broken constraints (manual: appendix A). */
const STATES = { unique: '23505', foreignKey: '23503' } as const;

/** Whether an error, or what caused it, is PostgreSQL's report of a broken constraint. */
export function isViolation(error: unknown, kind: keyof typeof STATES): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && at.code === STATES[kind]) return true;
  }
  return false;
}
