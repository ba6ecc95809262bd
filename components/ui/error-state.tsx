import { CircleX, RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { CopyButton } from './copy-button.tsx';
import { sentence, shownProblem } from './problem.ts';

/** An error code; it leads to what the docs say about it. */
export function ErrorCode({ code }: { code: string }) {
  return (
    <a
      href={`/docs/errors/${code}`}
      className="font-mono text-xs text-failed underline-offset-2 hover:underline"
      title="What this means"
    >
      {code}
    </a>
  );
}

/** A failed call, in place: what happened, what to do, and what to quote to whoever helps. */
export function ErrorNote({ error, actions }: { error: unknown; actions?: ReactNode }) {
  const { code, message, remedy, requestId } = shownProblem(error);
  return (
    <div role="alert" className="rounded-md border border-failed/40 bg-failed/5 px-3 py-2.5 text-sm">
      <p className="flex flex-wrap items-baseline gap-x-2">
        <span className="break-words whitespace-pre-line">{message}</span>
        <ErrorCode code={code} />
      </p>
      {remedy && <p className="mt-0.5 text-muted">{remedy}</p>}
      {requestId && (
        <p className="mt-1 flex items-center gap-1 font-mono text-xs text-faint">
          request {requestId} <CopyButton text={requestId} label="Copy request id" />
        </p>
      )}
      {actions && <div className="mt-2 flex flex-wrap gap-2">{actions}</div>}
    </div>
  );
}

/** Where a list or a page could not be loaded. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <div className="py-2">
      <ErrorNote
        error={error}
        actions={
          onRetry && (
            <Button icon={RotateCw} onClick={onRetry}>
              Load again
            </Button>
          )
        }
      />
    </div>
  );
}

type Recorded = { readonly code: string; readonly message: string; readonly remedy: string };

/** A failure that a pipeline or table recorded: why it stands, and the way out. */
export function RecordedError({ error, actions }: { error: Recorded; actions?: ReactNode }) {
  return (
    <div className="flex gap-3 rounded-md border border-attention/40 bg-attention/5 px-3 py-2.5 text-sm">
      <CircleX className="mt-0.5 size-4 shrink-0 text-attention" aria-hidden="true" />
      <div className="min-w-0">
        <p className="break-words whitespace-pre-line">{sentence(error.message)}</p>
        {error.remedy && <p className="mt-0.5 text-muted">{error.remedy}</p>}
        <p className="mt-1">
          <ErrorCode code={error.code} />
        </p>
        {actions && <div className="mt-2 flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  );
}
