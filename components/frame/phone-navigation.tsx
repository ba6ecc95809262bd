'use client';

import { Menu as MenuIcon, X } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { useState } from 'react';
import { IconButton } from '@/components/ui/button.tsx';
import { Logo } from '@/components/ui/logo.tsx';
import { RailContent } from './rail.tsx';

/** The rail as a sheet, on phones. */
export function PhoneNavigation() {
  const [isOpen, setOpen] = useState(false);
  return (
    <Dialog.Root open={isOpen} onOpenChange={setOpen}>
      <Dialog.Trigger asChild>
        <IconButton label="Open navigation" icon={MenuIcon} className="-ml-2 md:hidden" />
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className="overlay-in fixed inset-0 z-40 bg-scrim md:hidden" />
        <Dialog.Content
          aria-describedby={undefined}
          className="sheet-in fixed inset-y-0 left-0 z-50 flex w-72 flex-col border-r border-line bg-overlay md:hidden"
        >
          <div className="flex h-12 items-center justify-between pr-1 pl-4">
            <Dialog.Title>
              <Logo />
            </Dialog.Title>
            <Dialog.Close asChild>
              <IconButton label="Close navigation" icon={X} />
            </Dialog.Close>
          </div>
          <RailContent isNarrow={false} onGo={() => setOpen(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
