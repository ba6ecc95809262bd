'use client';

import { Command } from 'cmdk';
import { Check, ChevronsUpDown } from 'lucide-react';
import { Popover } from 'radix-ui';
import { type ReactNode, useState } from 'react';
import { cx } from './cx.ts';
import { useField } from './field.tsx';

export type ComboboxOption = {
  readonly value: string;
  readonly label: string;
  readonly hint?: ReactNode;
};

/** A list to search in, for more than a dozen choices. */
export function Combobox({
  value,
  onChange,
  options,
  placeholder,
  noun = 'choice',
}: {
  value: string | null;
  onChange: (value: string) => void;
  options: readonly ComboboxOption[];
  placeholder: string;
  /** What the list holds, for its empty state: "No table matches". */
  noun?: string;
}) {
  const [isOpen, setOpen] = useState(false);
  const field = useField();
  const chosen = options.find((option) => option.value === value);
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <button
          type="button"
          role="combobox"
          aria-expanded={isOpen}
          {...field}
          className="flex h-8 w-full items-center justify-between gap-2 rounded-md border border-control bg-surface px-2.5 text-left text-base hover:border-faint aria-invalid:border-failed max-sm:h-11"
        >
          <span className={cx('truncate', !chosen && 'text-faint')}>{chosen?.label ?? placeholder}</span>
          <ChevronsUpDown className="size-4 shrink-0 text-faint" aria-hidden="true" />
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          className="overlay-in z-50 w-(--radix-popover-trigger-width) min-w-56 rounded-md border border-line bg-overlay shadow-overlay"
        >
          <Command>
            <Command.Input
              placeholder="Search"
              aria-label="Search"
              className="h-9 w-full border-b border-line bg-transparent px-3 outline-none"
            />
            <Command.List className="max-h-64 overflow-y-auto p-1">
              <Command.Empty className="px-2 py-3 text-sm text-muted">No {noun} matches.</Command.Empty>
              {options.map((option) => (
                <Command.Item
                  key={option.value}
                  value={`${option.label} ${option.value}`}
                  onSelect={() => {
                    onChange(option.value);
                    setOpen(false);
                  }}
                  className="flex min-h-8 cursor-pointer items-center gap-2 rounded-sm px-2 text-sm data-[selected=true]:bg-raised"
                >
                  <Check
                    className={cx('size-4 shrink-0 text-accent', option.value !== value && 'invisible')}
                    aria-hidden="true"
                  />
                  <span className="min-w-0 flex-1 truncate">{option.label}</span>
                  {option.hint && <span className="shrink-0 text-xs text-muted">{option.hint}</span>}
                </Command.Item>
              ))}
            </Command.List>
          </Command>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}
