'use client';

import type { LucideIcon } from 'lucide-react';
import { DropdownMenu as Radix } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';
import { cx } from './cx.ts';
import { Link } from './link.tsx';

/** A menu behind a button. Items: MenuItem, MenuLink, MenuSeparator, MenuLabel. */
export function Menu({
  trigger,
  align = 'end',
  side = 'bottom',
  children,
}: {
  trigger: ReactElement;
  align?: 'start' | 'end';
  side?: 'top' | 'bottom' | 'right';
  children: ReactNode;
}) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          side={side}
          sideOffset={4}
          collisionPadding={8}
          className="overlay-in z-50 min-w-48 rounded-md border border-line bg-overlay p-1 shadow-overlay"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const ITEM =
  'flex min-h-8 max-sm:min-h-11 cursor-pointer items-center gap-2 rounded-sm px-2 text-sm outline-none select-none data-highlighted:bg-raised data-disabled:cursor-not-allowed data-disabled:opacity-60';

export function MenuItem({
  icon: Icon,
  isDanger,
  reason,
  onSelect,
  children,
}: {
  icon?: LucideIcon;
  isDanger?: boolean;
  /** Why it may not be chosen; shown under its name. */
  reason?: string | null | undefined;
  onSelect: () => void;
  children: ReactNode;
}) {
  return (
    <Radix.Item disabled={Boolean(reason)} onSelect={onSelect} className={cx(ITEM, isDanger && 'text-failed')}>
      {Icon && <Icon className="size-4 shrink-0" aria-hidden="true" />}
      <span className="min-w-0 py-1">
        {children}
        {reason && <span className="block max-w-56 text-xs text-muted">{reason}</span>}
      </span>
    </Radix.Item>
  );
}

export function MenuLink({ icon: Icon, href, children }: { icon?: LucideIcon; href: string; children: ReactNode }) {
  return (
    <Radix.Item asChild className={ITEM}>
      <Link href={href}>
        {Icon && <Icon className="size-4 shrink-0" aria-hidden="true" />}
        {children}
      </Link>
    </Radix.Item>
  );
}

/** A file to save; the browser stays where it is. */
export function MenuDownload({ icon: Icon, href, children }: { icon?: LucideIcon; href: string; children: ReactNode }) {
  return (
    <Radix.Item asChild className={ITEM}>
      <a href={href} download>
        {Icon && <Icon className="size-4 shrink-0" aria-hidden="true" />}
        {children}
      </a>
    </Radix.Item>
  );
}

export const MenuSeparator = () => <Radix.Separator className="-mx-1 my-1 h-px bg-line" />;

export const MenuLabel = ({ children }: { children: ReactNode }) => (
  <Radix.Label className="px-2 py-1.5 text-xs text-muted">{children}</Radix.Label>
);

/** One of several choices, the chosen one marked. */
export function MenuChoice({
  value,
  onChange,
  choices,
}: {
  value: string;
  onChange: (value: string) => void;
  choices: readonly { readonly value: string; readonly label: string; readonly icon?: LucideIcon }[];
}) {
  return (
    <Radix.RadioGroup value={value} onValueChange={onChange}>
      {choices.map(({ value: each, label, icon: Icon }) => (
        <Radix.RadioItem key={each} value={each} className={cx(ITEM, 'data-[state=checked]:text-accent')}>
          {Icon && <Icon className="size-4 shrink-0" aria-hidden="true" />}
          {label}
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}
