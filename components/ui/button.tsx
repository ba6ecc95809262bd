'use client';

import type { LucideIcon } from 'lucide-react';
import type { ComponentProps, MouseEvent, ReactNode } from 'react';
import { cx } from './cx.ts';
import { Link } from './link.tsx';
import { Tooltip } from './tooltip.tsx';

export type ButtonKind = 'primary' | 'secondary' | 'ghost' | 'danger';

const BASE =
  'inline-flex h-8 max-sm:min-h-11 shrink-0 items-center justify-center gap-2 rounded-md border px-3 text-sm font-medium whitespace-nowrap transition-colors select-none';
const KINDS: Readonly<Record<ButtonKind, string>> = {
  primary: 'border-transparent bg-accent text-accent-ink not-aria-disabled:hover:bg-accent-hover',
  secondary: 'border-control bg-surface text-ink not-aria-disabled:hover:bg-raised',
  ghost: 'border-transparent text-muted not-aria-disabled:hover:bg-raised not-aria-disabled:hover:text-ink',
  danger:
    'border-control bg-surface text-failed not-aria-disabled:hover:border-failed not-aria-disabled:hover:bg-failed/10',
};
const RESTING = 'aria-disabled:cursor-not-allowed aria-disabled:opacity-50';

type ButtonProps = Omit<ComponentProps<'button'>, 'disabled' | 'children'> & {
  readonly kind?: ButtonKind;
  readonly icon?: LucideIcon;
  /** Why it may not be pressed; shown on hover and focus. Such a button stays reachable and does nothing. */
  readonly reason?: string | null | undefined;
  /** What it is doing now ("Pausing"); it does nothing meanwhile. */
  readonly pending?: string | null | false | undefined;
  readonly children: ReactNode;
};

/** A verb with its object ("Pause pipeline"). */
export function Button({ kind = 'secondary', icon: Icon, reason, pending, children, className, ...rest }: ButtonProps) {
  const isResting = Boolean(reason) || Boolean(pending);
  const button = (
    <button
      type="button"
      {...rest}
      {...(isResting ? { 'aria-disabled': true, onClick: ignore, type: 'button' as const } : {})}
      aria-busy={pending ? true : undefined}
      className={cx(BASE, KINDS[kind], RESTING, className)}
    >
      {Icon && <Icon className="size-4" aria-hidden="true" />}
      {pending || children}
    </button>
  );
  return reason ? <Tooltip label={reason}>{button}</Tooltip> : button;
}

/** A link that looks like a button: for going somewhere, never for doing something. */
export function ButtonLink({
  kind = 'secondary',
  icon: Icon,
  reason,
  className,
  children,
  ...rest
}: ComponentProps<typeof Link> & {
  kind?: ButtonKind;
  icon?: LucideIcon;
  reason?: string | null | undefined;
}) {
  if (reason) {
    return (
      <Button kind={kind} reason={reason} {...(Icon ? { icon: Icon } : {})} {...(className ? { className } : {})}>
        {children}
      </Button>
    );
  }
  return (
    <Link {...rest} className={cx(BASE, KINDS[kind], className)}>
      {Icon && <Icon className="size-4" aria-hidden="true" />}
      {children}
    </Link>
  );
}

type IconButtonProps = Omit<ComponentProps<'button'>, 'disabled' | 'children'> & {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly reason?: string | null | undefined;
};

/** An icon alone; its label is its name and its tooltip. */
export function IconButton({ label, icon: Icon, reason, className, ...rest }: IconButtonProps) {
  return (
    <Tooltip label={reason ?? label}>
      <button
        type="button"
        aria-label={label}
        {...rest}
        {...(reason ? { 'aria-disabled': true, onClick: ignore } : {})}
        className={cx(
          'inline-flex size-8 max-sm:size-11 shrink-0 items-center justify-center rounded-md text-muted transition-colors',
          'not-aria-disabled:hover:bg-raised not-aria-disabled:hover:text-ink',
          RESTING,
          className,
        )}
      >
        <Icon className="size-4" aria-hidden="true" />
      </button>
    </Tooltip>
  );
}

function ignore(event: MouseEvent): void {
  event.preventDefault();
}
