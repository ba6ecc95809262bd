import type { ReactNode } from 'react';
import { cx } from './cx.ts';

/** A bordered surface. `flush` leaves the padding to what is inside (tables, lists). */
export function Card({ flush, className, children }: { flush?: boolean; className?: string; children: ReactNode }) {
  return (
    <div className={cx('min-w-0 rounded-md border border-line bg-surface', !flush && 'p-4', className)}>{children}</div>
  );
}

/** A titled part of a page; one column of these makes a page. */
export function Section({
  title,
  description,
  actions,
  id,
  className,
  children,
}: {
  title: ReactNode;
  description?: ReactNode;
  actions?: ReactNode;
  id?: string;
  className?: string;
  children: ReactNode;
}) {
  return (
    <section id={id} className={cx('min-w-0', className)}>
      <div className="mb-3 flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <h2 className="text-lg font-semibold">{title}</h2>
          {description && <p className="mt-0.5 max-w-2xl text-sm text-muted">{description}</p>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {children}
    </section>
  );
}

/** The top of a page: what it is about, in which state, and what can be done. */
export function PageHeader({
  title,
  state,
  meta,
  actions,
}: {
  title: ReactNode;
  state?: ReactNode;
  meta?: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="min-w-0 truncate text-xl font-semibold">{title}</h1>
          {state}
        </div>
        {meta && <div className="mt-1 text-sm text-muted">{meta}</div>}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2 max-sm:w-full">{actions}</div>}
    </header>
  );
}

/** Names and their values, one under the other; values wrap. */
export function Facts({ items }: { items: readonly { readonly name: string; readonly value: ReactNode }[] }) {
  return (
    <dl className="divide-y divide-line text-sm">
      {items.map(({ name, value }) => (
        <div key={name} className="grid gap-x-4 py-2 sm:grid-cols-[minmax(0,12rem)_minmax(0,1fr)]">
          <dt className="text-muted">{name}</dt>
          <dd className="min-w-0 break-words">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
