'use client';

import { createContext, useCallback, useContext, useEffect, useId, useRef } from 'react';

type Tell = (form: string, isChanged: boolean) => void;

/** What a drawer gives to the forms in it. */
export const UnsavedContext = createContext<Tell | null>(null);

/** Tells the drawer around a form whether something in it is changed and not saved. */
export function useUnsaved(isChanged: boolean): void {
  const tell = useContext(UnsavedContext);
  const form = useId();
  useEffect(() => {
    tell?.(form, isChanged);
    return () => tell?.(form, false);
  }, [tell, form, isChanged]);
}

/** For the drawer: what to give to its forms, and whether any of them is changed. */
export function useUnsavedForms(): { readonly tell: Tell; readonly isChanged: () => boolean } {
  const changed = useRef(new Set<string>());
  const tell = useCallback((form: string, isChanged: boolean) => {
    if (isChanged) changed.current.add(form);
    else changed.current.delete(form);
  }, []);
  return { tell, isChanged: () => changed.current.size > 0 };
}
