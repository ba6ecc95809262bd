/** Where it is chosen what happens to values of a column that the lake cannot hold. */
export const columnPolicyHref = (at: { pipelineId: string; tableId: number; column: string | null }): string =>
  `/pipelines/${at.pipelineId}/tables?${new URLSearchParams({ table: String(at.tableId), ...(at.column === null ? {} : { column: at.column }) })}`;
