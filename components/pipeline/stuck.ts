/** The three places that data passes. */
export type Place = 'source' | 'buffer' | 'lake';

type Figures = {
  readonly state: string;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly lagSeconds: number | null;
  readonly sourceLagBytes: number | null;
  readonly slot: { readonly walStatus: string | null; readonly safeBytes: number | null } | null;
  readonly buffer: { readonly bytes: number; readonly bytesMax: number | null };
};

const BEHIND_SECONDS = 60;
const SOURCE_BEHIND_BYTES = 256_000_000;

/** Where data does not get on, and why in words; null when it flows, or when nobody wants it to. */
export function whereStuck(figures: Figures): { readonly place: Place; readonly reason: string } | null {
  const { state, error, lagSeconds, sourceLagBytes, slot, buffer } = figures;
  if (error !== null) return { place: placeOf(error.code), reason: error.message };
  if (state === 'paused')
    return { place: 'source', reason: 'Paused: the source keeps every change until it is resumed.' };
  if (state !== 'running' && state !== 'copying') return null;
  if (slot?.walStatus === 'lost') return { place: 'source', reason: 'The source removed the WAL that the slot needs.' };
  if (slot?.walStatus === 'unreserved') {
    return { place: 'source', reason: 'The source may remove the WAL that the slot needs at any moment.' };
  }
  if (buffer.bytesMax !== null && buffer.bytes >= buffer.bytesMax) {
    return { place: 'buffer', reason: 'The buffer is full: capture waits until the lake has taken some of it.' };
  }
  if (lagSeconds !== null && lagSeconds > BEHIND_SECONDS) {
    return { place: 'lake', reason: 'Commits are slower than the changes that arrive.' };
  }
  if (sourceLagBytes !== null && sourceLagBytes > SOURCE_BEHIND_BYTES) {
    return { place: 'source', reason: 'The source writes faster than it is read.' };
  }
  return null;
}

function placeOf(code: string): Place {
  if (/^(SOURCE_|PREFLIGHT_|COPY_)/.test(code)) return 'source';
  if (/^(BUFFER_|DATABASE_|SPILL_)/.test(code)) return 'buffer';
  return 'lake';
}
