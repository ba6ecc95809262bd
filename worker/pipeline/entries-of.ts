import type { SegmentInfo } from '@/worker/buffer/read.ts';
import type { PipelineTable } from './definition.ts';

type Table = Pick<PipelineTable, 'oid' | 'rulesSinceSeq'>;

/** A table's blocks in a segment. Those captured under other column rules are older than its copy, and are passed over. */
export const entriesOf = ({ oid, rulesSinceSeq }: Table, { seq, directory }: SegmentInfo): SegmentInfo['directory'] =>
  oid === null || (rulesSinceSeq !== null && seq <= rulesSinceSeq)
    ? []
    : directory.filter(({ table }) => table === oid);
