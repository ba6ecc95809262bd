/** What a person would most likely do next with a pipeline. */
export type NextAction =
  | { readonly kind: 'start' | 'pause' | 'resume' | 'resync'; readonly label: string }
  | { readonly kind: 'go'; readonly label: string; readonly href: string };

type Pipeline = {
  readonly id: string;
  readonly state: string;
  readonly source: { readonly id: string };
  readonly destination: { readonly id: string };
  readonly error: { readonly code: string } | null;
};

/** A new slot and a fresh copy are the only way on. */
const RESYNC = new Set([
  'SOURCE_SLOT_MISSING',
  'SOURCE_SLOT_LOST',
  'SOURCE_SLOT_GAP',
  'SOURCE_SERVER_CHANGED',
  'SOURCE_PUBLICATION',
]);

const START: NextAction = { kind: 'start', label: 'Start pipeline' };
const PAUSE: NextAction = { kind: 'pause', label: 'Pause pipeline' };

/** The sensible one first; null while a change is under way. */
export function nextAction(pipeline: Pipeline): NextAction | null {
  switch (pipeline.state) {
    case 'draft':
    case 'stopped':
      return START;
    case 'starting':
    case 'copying':
    case 'running':
      return PAUSE;
    case 'paused':
      return { kind: 'resume', label: 'Resume pipeline' };
    case 'needs_attention':
      return remedyAction(pipeline) ?? { kind: 'start', label: 'Start again' };
    default:
      return null;
  }
}

/** Where the remedy of a recorded error begins; null when the pipeline can only be started again. */
export function remedyAction({ id, source, destination, error }: Pipeline): NextAction | null {
  const code = error?.code ?? '';
  if (RESYNC.has(code)) return { kind: 'resync', label: 'Resync pipeline' };
  if (code === 'LAKE_SCHEMA_IMPOSSIBLE' || code === 'MIRROR_WITHOUT_KEY' || code === 'LAKE_TABLE_EXISTS') {
    return { kind: 'go', label: 'Look at the tables', href: `/pipelines/${id}/tables` };
  }
  if (code === 'BUFFER_FULL') return { kind: 'go', label: 'Change settings', href: `/pipelines/${id}/configuration` };
  if (code.startsWith('SOURCE_') || code === 'PREFLIGHT_REFUSED') {
    return { kind: 'go', label: 'Check the source', href: `/sources/${source.id}` };
  }
  if (code.startsWith('CATALOG_') || code.startsWith('STORAGE_')) {
    return { kind: 'go', label: 'Check the destination', href: `/destinations/${destination.id}` };
  }
  return null;
}
