/**
 * The life of a pipeline.
 *
 * - draft: defined, never started. Set when it is created.
 * - starting: asked to run; slot, publication and buffer are being prepared. Set by startPipeline and by the reconciler.
 * - copying: it runs, and at least one table is not live yet. Set by the worker.
 * - running: it runs and every table that can be is live. Set by the worker.
 * - paused: it keeps its slot and reads nothing, on a person's wish.
 * - stopping: asked to stop; workers are letting go. Set by stopPipeline.
 * - stopped: nobody works on it; the slot is kept, so that it can go on. Set by the worker, or by stopPipeline when no
 *   worker had begun.
 * - needs_attention: it stopped by itself, with a code, a reason and a remedy. Set by the worker; left by a person.
 */
export const PIPELINE_STATES = [
  'draft',
  'starting',
  'copying',
  'running',
  'paused',
  'stopping',
  'stopped',
  'needs_attention',
] as const;
export type PipelineState = (typeof PIPELINE_STATES)[number];

/** What somebody who looks at many pipelines wants to see first: what needs them, then what works. */
export const STATES_BY_URGENCY: readonly PipelineState[] = [
  'needs_attention',
  'copying',
  'starting',
  'stopping',
  'running',
  'paused',
  'stopped',
  'draft',
];

export type PipelineEvent = 'start' | 'copy' | 'live' | 'pause' | 'stop' | 'released' | 'fail';

/** Every pair is decided; `null` means that the event is refused in that state. */
const NEXT: Record<PipelineState, Record<PipelineEvent, PipelineState | null>> = {
  draft: {
    start: 'starting',
    copy: null,
    live: null,
    pause: null,
    stop: null,
    released: null,
    fail: null,
  },
  starting: {
    start: 'starting',
    copy: 'copying',
    live: 'running',
    pause: 'paused',
    stop: 'stopping',
    released: null,
    fail: 'needs_attention',
  },
  copying: {
    start: 'copying',
    copy: 'copying',
    live: 'running',
    pause: 'paused',
    stop: 'stopping',
    released: null,
    fail: 'needs_attention',
  },
  running: {
    start: 'running',
    copy: 'copying',
    live: 'running',
    pause: 'paused',
    stop: 'stopping',
    released: null,
    fail: 'needs_attention',
  },
  paused: {
    start: 'starting',
    copy: null,
    live: null,
    pause: 'paused',
    stop: 'stopping',
    released: null,
    fail: 'needs_attention',
  },
  stopping: {
    start: 'starting',
    copy: null,
    live: null,
    pause: null,
    stop: 'stopping',
    released: 'stopped',
    fail: 'needs_attention',
  },
  stopped: {
    start: 'starting',
    copy: null,
    live: null,
    pause: null,
    stop: 'stopped',
    released: 'stopped',
    fail: null,
  },
  needs_attention: {
    start: 'starting',
    copy: null,
    live: null,
    pause: null,
    stop: 'stopped',
    released: 'needs_attention',
    fail: 'needs_attention',
  },
};

/** The state after an event, or null when the event does not fit. Repeating an event that already happened is fine. */
export const nextPipelineState = (state: PipelineState, event: PipelineEvent): PipelineState | null =>
  NEXT[state][event];

/** States in which no worker touches the pipeline, so that it may be edited and deleted. */
export const isAtRest = (state: PipelineState): boolean =>
  state === 'draft' || state === 'stopped' || state === 'needs_attention';

export const isPipelineState = (text: string): text is PipelineState => PIPELINE_STATES.some((state) => state === text);
