import { publicationName, slotName } from './names.ts';

/** What a pipeline owns on its source, and the statements by which a person removes it there. */
export type LeftOnSource = {
  readonly slot: string;
  readonly publication: string;
  readonly statements: readonly string[];
};

/** The names hold lower-case letters, digits and `_` only. The slot goes first: it cannot decode without its publication. */
export function leftOnSource(pipelineId: string): LeftOnSource {
  const [slot, publication] = [slotName(pipelineId), publicationName(pipelineId)];
  return {
    slot,
    publication,
    statements: [
      `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '${slot}';`,
      `DROP PUBLICATION IF EXISTS ${publication};`,
    ],
  };
}
