import { cx } from './cx.ts';

/** How much of something is done; without a total it only says that it moves. */
export function ProgressBar({
  label,
  value,
  max,
  className,
}: {
  label: string;
  value: number;
  max: number | null;
  className?: string;
}) {
  const share = max === null || max <= 0 ? null : Math.min(1, value / max);
  const percent = share === null ? null : Math.floor(share * 100);
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(percent === null ? {} : { 'aria-valuenow': percent })}
      className={cx('h-1 overflow-hidden rounded-full bg-raised', className)}
    >
      <div
        className={cx('h-full rounded-full bg-copying', percent === null && 'skeleton w-full')}
        style={percent === null ? undefined : { width: `${percent}%` }}
      />
    </div>
  );
}
