'use client';

import { CircleCheck, CircleX, X } from 'lucide-react';
import { Toast as Radix } from 'radix-ui';
import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';
import { IconButton } from './button.tsx';
import { shownProblem } from './problem.ts';

type Entry = {
  readonly id: number;
  readonly tone: 'done' | 'failed';
  readonly title: string;
  readonly detail?: string;
};
type Toasts = {
  /** Something was done: "Pipeline shop is paused". */
  done(title: string, detail?: string): void;
  /** A call failed where there is no better place to say so. */
  failed(title: string, error: unknown): void;
};

const Context = createContext<Toasts | null>(null);
const SHOWS_MS = 6_000;
let lastId = 0;

/** Announces what was done, once, without taking the focus. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  const add = useCallback((entry: Omit<Entry, 'id'>) => {
    lastId++;
    const id = lastId;
    setEntries((before) => [...before.slice(-3), { ...entry, id }]);
  }, []);
  const [toasts] = useState<Toasts>(() => ({
    done: (title, detail) => add({ tone: 'done', title, ...(detail ? { detail } : {}) }),
    failed: (title, error) => {
      const { message, remedy } = shownProblem(error);
      add({ tone: 'failed', title, detail: `${message} ${remedy}`.trim() });
    },
  }));
  return (
    <Context value={toasts}>
      <Radix.Provider duration={SHOWS_MS} label="Notification">
        {children}
        {entries.map((entry) => (
          <Radix.Root
            key={entry.id}
            duration={entry.tone === 'failed' ? 12_000 : SHOWS_MS}
            onOpenChange={(isOpen) => !isOpen && setEntries((all) => all.filter(({ id }) => id !== entry.id))}
            className="overlay-in flex items-start gap-2.5 rounded-md border border-line bg-overlay py-2 pr-1 pl-3 shadow-overlay"
          >
            {entry.tone === 'done' ? (
              <CircleCheck className="mt-1.5 size-4 shrink-0 text-running" aria-hidden="true" />
            ) : (
              <CircleX className="mt-1.5 size-4 shrink-0 text-failed" aria-hidden="true" />
            )}
            <div className="min-w-0 flex-1 py-1">
              <Radix.Title className="font-medium">{entry.title}</Radix.Title>
              {entry.detail && <Radix.Description className="text-sm text-muted">{entry.detail}</Radix.Description>}
            </div>
            <Radix.Close asChild>
              <IconButton label="Dismiss" icon={X} />
            </Radix.Close>
          </Radix.Root>
        ))}
        {/* Above everything in the middle: buttons are at the ends of bars, and at the foot of forms and dialogs. */}
        <Radix.Viewport className="fixed top-2 left-1/2 z-60 flex w-[calc(100vw-32px)] max-w-sm -translate-x-1/2 flex-col gap-2 outline-none max-sm:top-14" />
      </Radix.Provider>
    </Context>
  );
}

/** Throws outside of ToastProvider. */
export function useToast(): Toasts {
  const toasts = useContext(Context);
  if (!toasts) throw new Error('useToast needs a ToastProvider above it');
  return toasts;
}
