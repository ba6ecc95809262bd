'use client';

import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { CHART_HEIGHT_PX, type ChartProps } from './chart-types.ts';
import { tickTexts } from './tick-texts.ts';

type PlotProps = ChartProps & {
  /** Told which sample is under the shared cursor; null when it left. */
  readonly onIndex: (index: number | null) => void;
};

/** The canvas of a chart. Loaded when a chart is shown, not before. */
export function Plot(props: PlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const names = props.series.map(({ name }) => name).join();

  // A canvas has to be drawn by hand: made once per set of series, redrawn when its size or the theme changes.
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const made = new uPlot(options(element, latest), data(latest.current), element);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: CHART_HEIGHT_PX }));
    resized.observe(element);
    const scheme = window.matchMedia('(prefers-color-scheme: dark)');
    const redraw = () => made.redraw(false, true);
    scheme.addEventListener('change', redraw);
    const themed = new MutationObserver(redraw);
    themed.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      resized.disconnect();
      themed.disconnect();
      scheme.removeEventListener('change', redraw);
      made.destroy();
    };
  }, [names]);

  useEffect(() => {
    plot.current?.setData(data(props));
  }, [props.at, props.series]);

  return <div ref={host} aria-hidden="true" className="h-37 w-full overflow-hidden" />;
}

const data = ({ at, series }: ChartProps): uPlot.AlignedData => [[...at], ...series.map(({ values }) => [...values])];

function options(element: HTMLElement, latest: { readonly current: PlotProps }): uPlot.Options {
  const token = (name: string) => resolve(element, name);
  const axis: uPlot.Axis = {
    stroke: () => token('--faint'),
    font: '11px "Inter Variable", sans-serif',
    grid: { stroke: () => token('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height: CHART_HEIGHT_PX,
    padding: [8, 20, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: latest.current.cursorKey, setSeries: false },
      drag: { x: false, y: false },
      y: false,
      points: { size: 5 },
    },
    scales: { y: { range: (_plot, _min, max) => [0, max > 0 ? max * 1.1 : 1] } },
    axes: [
      { ...axis, grid: { show: false }, size: 26, space: 72, values: (_plot, ticks) => timeTicks(ticks) },
      {
        ...axis,
        size: 68,
        space: 36,
        values: (_plot, ticks) => {
          const { format, series } = latest.current;
          const isEmpty = series.every(({ values }) => values.every((value) => value === null || value <= 0));
          return tickTexts(ticks, { format, isEmpty });
        },
      },
    ],
    series: [
      {},
      ...latest.current.series.map(
        ({ color, fill }): uPlot.Series => ({
          stroke: () => token(`--series-${color}`),
          width: 1.25,
          spanGaps: false,
          points: { show: false },
          ...(fill ? { fill: () => translucent(token(`--series-${color}`)) } : {}),
        }),
      ),
    ],
    hooks: {
      setCursor: [(plot) => latest.current.onIndex(plot.cursor.idx ?? null)],
      draw: [(plot) => drawMarks(plot, latest.current, token)],
    },
  };
}

/** Upright lines where something happened, with a foot on the axis. */
function drawMarks(plot: uPlot, { marks = [] }: ChartProps, token: (name: string) => string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const { at, tone } of marks) {
    const x = Math.round(plot.valToPos(at, 'x', true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    const color = token(`--${tone}`);
    ctx.strokeStyle = color;
    ctx.fillStyle = color;
    ctx.setLineDash([3, 3]);
    ctx.beginPath();
    ctx.moveTo(x + 0.5, bbox.top);
    ctx.lineTo(x + 0.5, bbox.top + bbox.height);
    ctx.stroke();
    ctx.beginPath();
    ctx.arc(x + 0.5, bbox.top + bbox.height, 2.5 * devicePixelRatio, 0, Math.PI * 2);
    ctx.fill();
  }
  ctx.restore();
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short' });
const DAY_SECONDS = 86_400;

function timeTicks(ticks: readonly number[]): string[] {
  const spansDays = (ticks.at(-1) ?? 0) - (ticks[0] ?? 0) > 2 * DAY_SECONDS;
  return ticks.map((tick) => (spansDays ? day : clock).format(new Date(tick * 1_000)));
}

/** A token as the canvas understands it: `light-dark()` is resolved by the element it stands on. */
function resolve(element: HTMLElement, name: string): string {
  element.style.color = `var(${name})`;
  const color = getComputedStyle(element).color;
  element.style.color = '';
  return color;
}

const translucent = (color: string): string => color.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.12)');
