/**
 * The life of one table of a pipeline. The data plane sets all of these, except `pending` (a person adds the table or asks
 * for a resync) and `paused`.
 *
 * - pending: nothing in the lake yet, or what is there will be replaced.
 * - copying: chunks are being copied; its changes wait in its spill.
 * - catching_up: the copy is in the lake, and what waited is being committed.
 * - live: its changes are part of every commit.
 * - paused: its changes wait in its spill, on a person's wish.
 * - needs_attention: its changes wait in its spill because of the recorded error.
 */
export const TABLE_STATES = ['pending', 'copying', 'catching_up', 'live', 'paused', 'needs_attention'] as const;
export type TableState = (typeof TABLE_STATES)[number];

export type TableEvent = 'copy' | 'copied' | 'caughtUp' | 'pause' | 'resume' | 'park' | 'resync';

/** Every pair is decided; `null` means that the event is refused in that state. */
const NEXT: Record<TableState, Record<TableEvent, TableState | null>> = {
  pending: {
    copy: 'copying',
    copied: null,
    caughtUp: null,
    pause: null,
    resume: 'pending',
    park: 'needs_attention',
    resync: 'pending',
  },
  copying: {
    copy: 'copying',
    copied: 'catching_up',
    caughtUp: null,
    pause: null,
    resume: 'copying',
    park: 'needs_attention',
    resync: 'pending',
  },
  catching_up: {
    copy: null,
    copied: 'catching_up',
    caughtUp: 'live',
    pause: 'paused',
    resume: 'catching_up',
    park: 'needs_attention',
    resync: 'pending',
  },
  live: {
    copy: null,
    copied: null,
    caughtUp: 'live',
    pause: 'paused',
    resume: 'live',
    park: 'needs_attention',
    resync: 'pending',
  },
  paused: {
    copy: null,
    copied: null,
    caughtUp: null,
    pause: 'paused',
    resume: 'catching_up',
    park: 'needs_attention',
    resync: 'pending',
  },
  needs_attention: {
    copy: null,
    copied: null,
    caughtUp: null,
    // What it waits for would be forgotten.
    pause: null,
    resume: 'catching_up',
    park: 'needs_attention',
    resync: 'pending',
  },
};

/** The state after an event, or null when the event does not fit. */
export const nextTableState = (state: TableState, event: TableEvent): TableState | null => NEXT[state][event];

export const isTableState = (text: string): text is TableState => TABLE_STATES.some((state) => state === text);
