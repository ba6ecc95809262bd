'use client';

import { useCallback, useState, useSyncExternalStore } from 'react';

const PREFIX = 'philotes.draft.';
const listeners = new Set<() => void>();

/**
 * What was typed and not sent yet, kept in this browser so that a reload, an error or a wrong click loses nothing. Secrets
 * never come here. `read` turns the stored text into a value, or null where there is none that still makes sense.
 */
export function useDraft<Value>(
  key: string,
  read: (stored: unknown) => Value | null,
): { value: Value | null; save: (value: Value) => void; clear: () => void } {
  const name = PREFIX + key;
  const text = useSyncExternalStore(subscribe, () => window.localStorage.getItem(name), nothing);
  // The same text gives the same value, so that what is derived from it stays equal between renders.
  const [cache, setCache] = useState<{ text: string | null; value: Value | null }>({ text: null, value: null });
  let value = cache.value;
  if (cache.text !== text) {
    value = parsed(text, read);
    setCache({ text, value });
  }
  return {
    value,
    save: useCallback((next) => change(name, JSON.stringify(next)), [name]),
    clear: useCallback(() => change(name, null), [name]),
  };
}

function change(name: string, text: string | null): void {
  if (text === null) window.localStorage.removeItem(name);
  else window.localStorage.setItem(name, text);
  for (const tell of listeners) tell();
}

function subscribe(tell: () => void): () => void {
  listeners.add(tell);
  window.addEventListener('storage', tell);
  return () => {
    listeners.delete(tell);
    window.removeEventListener('storage', tell);
  };
}

const nothing = () => null;

function parsed<Value>(text: string | null, read: (stored: unknown) => Value | null): Value | null {
  if (text === null) return null;
  try {
    return read(JSON.parse(text));
  } catch {
    // Written by another version: as good as nothing.
    return null;
  }
}
