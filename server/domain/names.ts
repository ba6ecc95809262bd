/**
 * Names that a pipeline owns. On the source they come from the pipeline's random id, because several installations may
 * share a source; in our own database from its short number. Slot names allow lower-case letters, digits and `_`.
 */
const sourceName = (pipelineId: string): string =>
  `philotes_${pipelineId
    .replace(/^pl_/, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9_]/g, '_')}`;

export const slotName = sourceName;
export const publicationName = sourceName;

/** Shows in pg_stat_activity, and marks the sessions that may be ended when another worker takes over. */
export const applicationName = (pipelineId: string, role: 'capture' | 'copy' | 'control' | 'verify'): string =>
  `${sourceName(pipelineId)} ${role}`.slice(0, 63);

/** How many segment tables a pipeline rotates through. */
export const SEGMENT_TABLES = 4;
/** One of the pipeline's segment tables, in the schema `buffer`. */
export const segmentTable = (number: number, index: number): string => `buffer.segment_${number}_${index}`;

export const changelogName = (lakeName: string): string => `${lakeName}_changelog`;

/** What a table is called in the lake, for each of its modes. */
export const lakeTableNames = ({ lakeName, modes }: { lakeName: string; modes: readonly string[] }): string[] =>
  modes.map((mode) => (mode === 'changelog' ? changelogName(lakeName) : lakeName));
