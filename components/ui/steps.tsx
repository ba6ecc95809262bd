import { Check } from 'lucide-react';
import { cx } from './cx.ts';

export type Step = { readonly id: string; readonly label: string; readonly detail?: string | undefined };

/** Where one is in a guided task. Steps that were done can be gone back to. */
export function Steps({
  steps,
  current,
  onGo,
}: {
  steps: readonly Step[];
  current: string;
  onGo?: (id: string) => void;
}) {
  const at = steps.findIndex(({ id }) => id === current);
  return (
    <ol className="flex flex-wrap gap-x-2 gap-y-1 lg:flex-col">
      {steps.map((step, index) => {
        const isDone = index < at;
        const mark = (
          <span
            className={cx(
              'flex size-6 shrink-0 items-center justify-center rounded-full border text-xs font-medium tabular-nums',
              index === at && 'border-accent bg-accent text-accent-ink',
              isDone && 'border-running text-running',
              index > at && 'border-control text-muted',
            )}
          >
            {isDone ? <Check className="size-3.5" aria-hidden="true" /> : index + 1}
          </span>
        );
        const text = (
          <span className="min-w-0 text-left">
            <span className={cx('block text-sm font-medium', index > at && 'text-muted')}>{step.label}</span>
            {step.detail && <span className="block truncate text-xs text-muted max-lg:hidden">{step.detail}</span>}
          </span>
        );
        return (
          <li key={step.id} aria-current={index === at ? 'step' : undefined} className="min-w-0">
            {isDone && onGo ? (
              <button
                type="button"
                onClick={() => onGo(step.id)}
                className="flex w-full items-center gap-2.5 rounded-md p-1.5 hover:bg-raised"
              >
                {mark}
                {text}
              </button>
            ) : (
              <span className="flex items-center gap-2.5 p-1.5">
                {mark}
                {text}
              </span>
            )}
          </li>
        );
      })}
    </ol>
  );
}
