'use client';

import { Command } from 'cmdk';
import { Search } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useEffect, useState } from 'react';
import { PaletteItems } from './palette-items.tsx';

/** Ctrl-K or Cmd-K: go to anything, do anything that the role may. */
export function CommandPalette() {
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const done = () => {
    setOpen(false);
    setTyped('');
  };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      setTyped('');
      setOpen((before) => !before);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
  return (
    <Dialog.Root
      open={isOpen}
      onOpenChange={(next) => {
        setOpen(next);
        setTyped('');
      }}
    >
      <Dialog.Trigger asChild>
        <button
          type="button"
          aria-keyshortcuts="Control+K Meta+K"
          className="flex h-8 shrink-0 items-center gap-2 rounded-md border border-line bg-surface px-2 text-sm text-muted transition-colors hover:border-control hover:text-ink max-sm:size-11 max-sm:justify-center max-sm:border-transparent max-sm:bg-transparent"
        >
          <Search className="size-4" aria-hidden="true" />
          <span className="max-sm:sr-only">Search</span>
          <kbd className="ml-4 rounded-sm border border-line px-1 font-sans text-xs text-faint max-sm:hidden">
            Ctrl K
          </kbd>
        </button>
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay-in fixed inset-0 z-40 bg-scrim" />
        <Dialog.Content
          aria-describedby={undefined}
          className="overlay-in fixed top-[12vh] left-1/2 z-50 w-[calc(100vw-32px)] max-w-xl -translate-x-1/2 overflow-hidden rounded-md border border-line bg-overlay shadow-overlay"
        >
          <Dialog.Title className="sr-only">Search and commands</Dialog.Title>
          <Command loop label="Search and commands">
            <div className="flex items-center gap-2.5 border-b border-line px-4">
              <Search className="size-4 shrink-0 text-faint" aria-hidden="true" />
              <Command.Input
                value={typed}
                onValueChange={setTyped}
                placeholder="Go to a page, a pipeline, a table, or type what to do"
                className="h-12 w-full bg-transparent text-lg outline-none"
              />
            </div>
            <Command.List className="max-h-[50vh] overflow-y-auto p-1.5">
              <PaletteItems typed={typed} onDone={done} />
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
