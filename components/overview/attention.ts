import { type NextAction, remedyAction } from '@/components/pipeline/next-action.ts';
import type { PipelineSummary } from '@/components/pipeline/pipeline-types.ts';
import { counted } from '@/components/ui/figures.ts';

/** One thing that a person should look at, and where its remedy begins. */
export type AttentionItem = {
  readonly key: string;
  readonly pipeline: PipelineSummary;
  /** What happened, as a sentence. */
  readonly text: string;
  readonly remedy: string;
  readonly code: string | null;
  /** ISO; null when it is not an event. */
  readonly since: string | null;
  readonly action: NextAction;
};

/** What needs a person, the gravest first: stopped pipelines, then slots in danger, parked tables, dead letters, mirrors in doubt. */
export function attentionOf(pipelines: readonly PipelineSummary[]): AttentionItem[] {
  return [
    ...pipelines.flatMap(stopped),
    ...pipelines.flatMap(slotInDanger),
    ...pipelines.flatMap(parkedTables),
    ...pipelines.flatMap(deadLetters),
    ...pipelines.flatMap(tablesInDoubt),
  ];
}

function stopped(pipeline: PipelineSummary): AttentionItem[] {
  const { id, error, state } = pipeline;
  if (error === null || state === 'stopped' || state === 'draft') return [];
  return [
    {
      key: `${id} error`,
      pipeline,
      text: error.message,
      remedy: error.remedy,
      code: error.code,
      since: error.at,
      action: remedyAction(pipeline) ?? { kind: 'start', label: 'Start again' },
    },
  ];
}

function slotInDanger(pipeline: PipelineSummary): AttentionItem[] {
  const { id, slot, error } = pipeline;
  if (error !== null || slot?.walStatus !== 'unreserved') return [];
  return [
    {
      key: `${id} slot`,
      pipeline,
      text: 'the source may remove the WAL that the slot needs at any moment',
      remedy: 'Raise max_slot_wal_keep_size on the source, or let the pipeline catch up.',
      code: null,
      since: null,
      action: { kind: 'go', label: 'Look at the pipeline', href: `/pipelines/${id}` },
    },
  ];
}

function parkedTables(pipeline: PipelineSummary): AttentionItem[] {
  const { id, tables } = pipeline;
  if (tables.needAttention === 0) return [];
  return [
    {
      key: `${id} tables`,
      pipeline,
      text: `${counted(tables.needAttention, 'table')} ${tables.needAttention === 1 ? 'is' : 'are'} held back; the others go on`,
      remedy: 'Each table says what it waits for.',
      code: null,
      since: null,
      action: { kind: 'go', label: 'Look at the tables', href: `/pipelines/${id}/tables?state=needs_attention` },
    },
  ];
}

function tablesInDoubt(pipeline: PipelineSummary): AttentionItem[] {
  const { id, tables } = pipeline;
  if (tables.inDoubt === 0) return [];
  return [
    {
      key: `${id} doubts`,
      pipeline,
      text: `the ${tables.inDoubt === 1 ? 'mirror of a table' : `mirrors of ${tables.inDoubt} tables`} may differ from the source`,
      remedy: 'Verify and repair, or resync; or accept it as it is. Each table says why.',
      code: null,
      since: null,
      action: { kind: 'go', label: 'Look at the tables', href: `/pipelines/${id}/tables` },
    },
  ];
}

function deadLetters(pipeline: PipelineSummary): AttentionItem[] {
  const { id, deadLettersOpen } = pipeline;
  if (deadLettersOpen === 0) return [];
  return [
    {
      key: `${id} letters`,
      pipeline,
      text: `${counted(deadLettersOpen, 'row')} could not be carried and ${deadLettersOpen === 1 ? 'is' : 'are'} missing or out of date in the lake`,
      remedy: 'Change the policy of the column or the row itself, then replay; or discard with a reason.',
      code: null,
      since: null,
      action: { kind: 'go', label: 'Look at dead letters', href: `/pipelines/${id}/dead-letters` },
    },
  ];
}
