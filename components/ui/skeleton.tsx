import { cx } from './cx.ts';

/** A bar in the place and size of what comes. */
export const Skeleton = ({ className }: { className: string }) => (
  <span aria-hidden="true" className={cx('skeleton block rounded-sm', className)} />
);

/** Rows of a table that loads, as high as the real ones. */
export function TableSkeleton({ rows = 6, columns = 4 }: { rows?: number; columns?: number }) {
  return (
    <div role="status" className="divide-y divide-line">
      <span className="sr-only">Loading</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex h-9 items-center gap-6 px-4 max-sm:h-11">
          {Array.from({ length: columns }, (_, column) => (
            <Skeleton
              key={column}
              className={cx('h-3', column === 0 ? 'w-40' : 'w-20', column > 1 && 'max-sm:hidden')}
            />
          ))}
        </div>
      ))}
    </div>
  );
}
