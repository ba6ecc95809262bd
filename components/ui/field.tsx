'use client';

import { CircleX } from 'lucide-react';
import { type ComponentProps, createContext, type ReactNode, useContext, useId } from 'react';
import { cx } from './cx.ts';

type FieldLinks = { readonly id: string; readonly describedBy: string | undefined; readonly isInvalid: boolean };
const FieldContext = createContext<FieldLinks | null>(null);

/** What the label, hint and error of the Field around it mean for a control. */
export function useField(): { id?: string; 'aria-describedby'?: string; 'aria-invalid'?: true } {
  const links = useContext(FieldContext);
  if (!links) return {};
  return {
    id: links.id,
    ...(links.describedBy ? { 'aria-describedby': links.describedBy } : {}),
    ...(links.isInvalid ? { 'aria-invalid': true } : {}),
  };
}

/** A label, a control, what it means, and what is wrong with what was typed. */
export function Field({
  label,
  hint,
  error,
  optional,
  className,
  children,
}: {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | null | undefined;
  optional?: boolean;
  className?: string;
  children: ReactNode;
}) {
  const id = useId();
  const describedBy = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ') || undefined;
  return (
    <FieldContext value={{ id, describedBy, isInvalid: Boolean(error) }}>
      <div className={cx('min-w-0', className)}>
        <label htmlFor={id} className="mb-1 flex items-baseline justify-between gap-2 text-sm font-medium">
          {label}
          {optional && <span className="text-xs font-normal text-muted">Optional</span>}
        </label>
        {children}
        {hint && (
          <p id={`${id}-hint`} className="mt-1 text-xs text-muted">
            {hint}
          </p>
        )}
        {error && (
          <p id={`${id}-error`} className="mt-1 flex gap-1 text-xs text-failed">
            <CircleX className="mt-0.5 size-3 shrink-0" aria-hidden="true" />
            {error}
          </p>
        )}
      </div>
    </FieldContext>
  );
}

const CONTROL =
  'block w-full min-w-0 rounded-md border border-control bg-surface px-2.5 text-ink transition-colors hover:border-faint focus-visible:border-accent focus-visible:outline-1 focus-visible:outline-offset-0 aria-invalid:border-failed disabled:cursor-not-allowed disabled:bg-raised disabled:text-muted';

/** Sixteen pixels on phones, or they zoom in. */
const HEIGHT = 'h-8 text-base max-sm:h-11 max-sm:text-lg';

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input {...useField()} {...rest} className={cx(CONTROL, HEIGHT, className)} />;
}

export function Textarea({ className, ...rest }: ComponentProps<'textarea'>) {
  return <textarea rows={4} {...useField()} {...rest} className={cx(CONTROL, 'py-1.5 text-base', className)} />;
}

/** The browser's own list: known to every keyboard, phone and screen reader. */
export function Select({ className, children, ...rest }: ComponentProps<'select'>) {
  return (
    <select {...useField()} {...rest} className={cx(CONTROL, HEIGHT, 'pr-1', className)}>
      {children}
    </select>
  );
}
