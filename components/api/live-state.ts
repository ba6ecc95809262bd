'use client';

import { useSyncExternalStore } from 'react';

/** How true the figures on the page are. `since` is when they were last known to be. */
export type LiveState =
  | { readonly kind: 'live' }
  | { readonly kind: 'reconnecting'; readonly since: string }
  | { readonly kind: 'stale'; readonly since: string };

const BEGINNING: LiveState = { kind: 'live' };

let present: LiveState = BEGINNING;
const listeners = new Set<() => void>();

export const liveState = (): LiveState => present;

export function setLiveState(next: LiveState): void {
  if (JSON.stringify(next) === JSON.stringify(present)) return;
  present = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** For the mark in the frame: live, reconnecting, or stale since when. */
export const useLiveState = (): LiveState => useSyncExternalStore(subscribe, liveState, () => BEGINNING);
