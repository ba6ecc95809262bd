'use client';

import { useSyncExternalStore } from 'react';

/** One clock for the whole page: every relative time moves at the same moment. */
const listeners = new Set<() => void>();
let nowMs = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (!timer) {
    nowMs = Date.now();
    timer = setInterval(() => {
      nowMs = Date.now();
      for (const each of listeners) each();
    }, 1_000);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const snapshot = (): number => {
  if (nowMs === 0) nowMs = Date.now();
  return nowMs;
};

/** Milliseconds since 1970, moving once a second; null while the server renders. */
export const useNow = (): number | null => useSyncExternalStore<number | null>(subscribe, snapshot, () => null);
