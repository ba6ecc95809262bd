'use client';

import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { type ReactNode, useRef, useState } from 'react';
import { Button, IconButton } from './button.tsx';
import { cx } from './cx.ts';
import { UnsavedContext, useUnsavedForms } from './unsaved.ts';

type DialogProps = {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: ReactNode;
  readonly description?: ReactNode;
  /** Buttons, the one that acts last. */
  readonly footer?: ReactNode;
  readonly wide?: boolean;
  /** Holds what is shown once: neither Escape nor a press beside it closes it. */
  readonly once?: boolean;
  readonly children?: ReactNode;
};

/** A question that must be answered before anything else. */
export function Dialog({ open, onClose, title, description, footer, wide, once = false, children }: DialogProps) {
  const content = useRef<HTMLDivElement>(null);
  const stays = (event: Event) => once && event.preventDefault();
  return (
    <Radix.Root open={open} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="overlay-in fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          {...(description ? {} : { 'aria-describedby': undefined })}
          ref={content}
          tabIndex={-1}
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            focusWithin(content.current);
          }}
          onEscapeKeyDown={stays}
          onInteractOutside={stays}
          className={cx(
            'overlay-in fixed outline-none top-[12vh] left-1/2 z-50 flex max-h-[80vh] w-[calc(100vw-32px)] -translate-x-1/2 flex-col rounded-md border border-line bg-overlay shadow-overlay',
            wide ? 'max-w-2xl' : 'max-w-md',
          )}
        >
          <div className="flex items-start justify-between gap-4 px-5 pt-4">
            <div className="min-w-0">
              <Radix.Title className="text-lg font-semibold">{title}</Radix.Title>
              {description && <Radix.Description className="mt-1 text-muted">{description}</Radix.Description>}
            </div>
            <Radix.Close asChild>
              <IconButton label="Close" icon={X} className="-mr-2" />
            </Radix.Close>
          </div>
          <div className="min-h-0 overflow-y-auto px-5 py-4">{children}</div>
          {footer && <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{footer}</div>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** What is to be filled in; else the dialog itself, never its first button, which closes it and whose tooltip would open. */
function focusWithin(content: HTMLElement | null): void {
  const field = content?.querySelector<HTMLElement>('input:not([type="checkbox"]):not([type="radio"]), textarea');
  (field ?? content)?.focus();
}

/**
 * Secondary detail beside the page; the page that opens it keeps what is open in its address. Asks before it closes over what
 * is changed and not saved.
 */
export function Drawer({ open, onClose, title, description, footer, children }: Omit<DialogProps, 'wide' | 'once'>) {
  const content = useRef<HTMLDivElement>(null);
  const { tell, isChanged } = useUnsavedForms();
  const [isAsking, setAsking] = useState(false);
  const close = () => (isChanged() ? setAsking(true) : onClose());
  return (
    <Radix.Root open={open} onOpenChange={(isOpen) => !isOpen && close()}>
      <Radix.Portal>
        <Radix.Overlay className="overlay-in fixed inset-0 z-40 bg-scrim" />
        <Radix.Content
          {...(description ? {} : { 'aria-describedby': undefined })}
          ref={content}
          tabIndex={-1}
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            content.current?.focus();
          }}
          className="drawer-in fixed inset-y-0 right-0 z-50 flex w-full max-w-2xl flex-col border-l outline-none border-line bg-overlay shadow-overlay"
        >
          <div className="flex items-start justify-between gap-4 border-b border-line px-5 py-3">
            <div className="min-w-0">
              <Radix.Title className="truncate text-lg font-semibold">{title}</Radix.Title>
              {description && <Radix.Description className="text-sm text-muted">{description}</Radix.Description>}
            </div>
            <Radix.Close asChild>
              <IconButton label="Close" icon={X} className="-mr-2" />
            </Radix.Close>
          </div>
          <UnsavedContext value={tell}>
            <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">{children}</div>
            {footer && <div className="flex flex-wrap gap-2 border-t border-line px-5 py-3">{footer}</div>}
          </UnsavedContext>
          <Dialog
            open={isAsking}
            onClose={() => setAsking(false)}
            title="Close without saving?"
            footer={
              <>
                <Button onClick={() => setAsking(false)}>Keep editing</Button>
                <Button
                  kind="danger"
                  onClick={() => {
                    setAsking(false);
                    onClose();
                  }}
                >
                  Discard changes
                </Button>
              </>
            }
          >
            <p>What you have changed here is not saved.</p>
          </Dialog>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
