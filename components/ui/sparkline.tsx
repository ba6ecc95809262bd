import { cx } from './cx.ts';

const WIDTH = 96;
const HEIGHT = 24;

/** A line without axes beside a figure; gaps stay gaps. The figure beside it says the value. */
export function Sparkline({
  values,
  color,
  label,
  className,
}: {
  /** Evenly spaced; null where nothing was measured. */
  values: readonly (number | null)[];
  /** A series' token: `captured`, `committed`, `freshness`, `buffer`, `wal`. */
  color: 'captured' | 'committed' | 'freshness' | 'buffer' | 'wal' | 'attention';
  label: string;
  className?: string;
}) {
  const known = values.filter((value) => value !== null);
  const max = Math.max(...known, 0) || 1;
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={cx('shrink-0 overflow-visible', className ?? 'h-6 w-20 2xl:w-24')}
    >
      {known.length === 0 ? (
        <path d={`M0 ${HEIGHT - 1}H${WIDTH}`} className="stroke-line" strokeDasharray="2 3" />
      ) : (
        <path
          d={sparkPath(sinceMeasured(values), max)}
          fill="none"
          stroke={color === 'attention' ? 'var(--attention)' : `var(--series-${color})`}
          strokeWidth="1.25"
          strokeLinejoin="round"
          strokeLinecap="round"
          vectorEffect="non-scaling-stroke"
        />
      )}
    </svg>
  );
}

/** What is minutes old is not pressed into a corner of its hour: the line begins where measuring did, a quarter at least. */
export function sinceMeasured(values: readonly (number | null)[]): readonly (number | null)[] {
  const first = values.findIndex((value) => value !== null);
  return values.slice(Math.min(Math.max(0, first), Math.floor((values.length * 3) / 4)));
}

/** An SVG path from nought at the bottom; a missing value lifts the pen. */
export function sparkPath(values: readonly (number | null)[], max: number): string {
  const step = WIDTH / Math.max(1, values.length - 1);
  let isDown = false;
  let path = '';
  values.forEach((value, index) => {
    if (value === null) {
      isDown = false;
      return;
    }
    const y = HEIGHT - 1 - (Math.max(0, value) / max) * (HEIGHT - 2);
    path += `${isDown ? 'L' : 'M'}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
    // A lone point would draw nothing.
    if (!isDown && (values[index + 1] ?? null) === null) path += 'h.01';
    isDown = true;
  });
  return path;
}
