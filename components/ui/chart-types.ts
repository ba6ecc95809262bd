export type ChartSeries = {
  readonly name: string;
  /** The token `--series-<color>`; the same thing has the same one everywhere. */
  readonly color: 'captured' | 'committed' | 'freshness' | 'buffer' | 'wal';
  /** As long as `at`; null is a gap. */
  readonly values: readonly (number | null)[];
  readonly fill?: boolean;
};

export type ChartMark = {
  /** Unix seconds. */
  readonly at: number;
  readonly tone: 'accent' | 'attention' | 'copying' | 'idle';
  readonly text: string;
};

export type ChartProps = {
  readonly title: string;
  /** Unix seconds, ascending. */
  readonly at: readonly number[];
  readonly series: readonly ChartSeries[];
  /** Figure and unit of a value. */
  readonly format: (value: number) => string;
  readonly marks?: readonly ChartMark[];
  /** Charts with the same key share one cursor. */
  readonly cursorKey: string;
};

/** The canvas; `h-37` in class names. */
export const CHART_HEIGHT_PX = 148;
