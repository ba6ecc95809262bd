import { ArrowLeft, ArrowRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button.tsx';

/** A step: its question, its answer, and the way on. */
export function StepFrame({
  title,
  description,
  children,
  onBack,
  next,
}: {
  title: string;
  description: ReactNode;
  children: ReactNode;
  onBack?: () => void;
  /** The way on; `reason` says what is missing. Without it the step has buttons of its own. */
  next?: { readonly label: string; readonly reason: string | null; readonly onNext: () => void };
}) {
  return (
    <section aria-labelledby="step-title" className="min-w-0">
      <h2 id="step-title" className="text-lg font-semibold">
        {title}
      </h2>
      <p className="mt-0.5 max-w-2xl text-sm text-muted">{description}</p>
      <div className="mt-4 space-y-4">{children}</div>
      {(onBack || next) && (
        <div className="sticky bottom-0 mt-6 flex flex-wrap justify-between gap-2 border-t border-line bg-canvas py-3">
          {onBack ? (
            <Button icon={ArrowLeft} onClick={onBack}>
              Back
            </Button>
          ) : (
            <span />
          )}
          {next && (
            <Button kind="primary" icon={ArrowRight} reason={next.reason} onClick={next.onNext}>
              {next.label}
            </Button>
          )}
        </div>
      )}
    </section>
  );
}
