import type { ChartSeries } from './chart-types.ts';

const ROWS_SHOWN = 60;
const time = new Intl.DateTimeFormat('en-GB', {
  day: '2-digit',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** The data of a chart for keyboards and screen readers, newest first, thinned out to sixty rows. */
export function ChartTable({
  title,
  at,
  series,
  format,
}: {
  title: string;
  at: readonly number[];
  series: readonly ChartSeries[];
  format: (value: number) => string;
}) {
  const every = Math.max(1, Math.ceil(at.length / ROWS_SHOWN));
  const shown = at.map((_, index) => index).filter((index) => (at.length - 1 - index) % every === 0);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <div className="h-37 overflow-y-auto border-t border-line" tabIndex={0}>
      <table aria-label={title} className="w-full text-xs tabular-nums">
        <thead className="sticky top-0 bg-surface text-left text-muted">
          <tr>
            <th scope="col" className="px-4 py-1 font-medium">
              At
            </th>
            {series.map(({ name }) => (
              <th key={name} scope="col" className="px-4 py-1 text-right font-medium">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.reverse().map((index) => (
            <tr key={at[index]} className="border-t border-line">
              <th scope="row" className="px-4 py-1 text-left font-normal text-muted">
                {time.format(new Date((at[index] ?? 0) * 1_000))}
              </th>
              {series.map(({ name, values }) => {
                const value = values[index] ?? null;
                return (
                  <td key={name} className="px-4 py-1 text-right">
                    {value === null ? 'not measured' : format(value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
