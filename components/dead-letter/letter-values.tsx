import { cx } from '@/components/ui/cx.ts';
import type { DeadLetterContent } from './dead-letter-types.ts';

/** The row as it was, the value that failed marked. */
export function LetterValues({ content }: { content: DeadLetterContent }) {
  return (
    <section>
      <h3 className="mb-2 font-semibold">Row</h3>
      <dl className="divide-y divide-line overflow-hidden rounded-md border border-line text-sm">
        {content.values.map(({ column, value }) => {
          const isCulprit = column === content.column;
          return (
            <div
              key={column}
              className={cx('grid grid-cols-[10rem_minmax(0,1fr)] gap-3 px-3 py-1.5', isCulprit && 'bg-attention/8')}
            >
              <dt className={cx('truncate', isCulprit ? 'font-medium text-attention' : 'text-muted')}>
                {column}
                {isCulprit && <span className="block text-xs font-normal">could not be carried</span>}
              </dt>
              <dd className="font-mono text-xs break-all">
                {value === null ? <span className="text-muted italic">null</span> : value}
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}
