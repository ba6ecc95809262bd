'use client';

import { useEffect, useState } from 'react';

const SETTLES_MS = 200;

/** What was typed, once the typing pauses: for questions that go to the server. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), SETTLES_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
