/** Names that a pipeline owns on its source and in the buffer. `number` is the pipeline row's own short number. */
export const slotName = (number: number): string => `philotes_${number}`;
export const publicationName = (number: number): string => `philotes_${number}`;
export const applicationName = (number: number, role: 'capture' | 'copy' | 'control'): string =>
  `philotes_${number}_${role}`;

/** How many segment tables a pipeline rotates through. */
export const SEGMENT_TABLES = 4;
/** Quoted name of one of the pipeline's segment tables, in the schema `buffer`. */
export const segmentTable = (number: number, index: number): string => `buffer.segment_${number}_${index}`;

export const changelogName = (lakeName: string): string => `${lakeName}_changelog`;
