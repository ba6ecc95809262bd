/** Whether an error, or what caused it, is PostgreSQL's report of a state that begins with `state` (manual: appendix A). */
export function hasSqlState(error: unknown, state: string): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && String(at.code).startsWith(state)) return true;
  }
  return false;
}
