'use client';

import { setNonce } from 'get-nonce';

/** Lets the style elements that overlays add (scroll locks) carry this page's nonce. */
export function Nonce({ value }: { value: string }) {
  setNonce(value);
  return null;
}
