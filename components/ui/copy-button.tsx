'use client';

import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { cx } from './cx.ts';
import { Tooltip } from './tooltip.tsx';

const DONE_SHOWS_MS = 1_500;

/** Puts a text on the clipboard and says so. */
export function CopyButton({ text, label = 'Copy', className }: { text: string; label?: string; className?: string }) {
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), DONE_SHOWS_MS);
  };
  const Icon = isCopied ? Check : Copy;
  return (
    <Tooltip label={isCopied ? 'Copied' : label}>
      <button
        type="button"
        aria-label={label}
        onClick={() => void copy()}
        className={cx(
          'inline-flex size-6 shrink-0 items-center justify-center rounded-sm text-faint transition-colors hover:bg-raised hover:text-ink',
          className,
        )}
      >
        <Icon className={cx('size-3.5', isCopied && 'text-running')} aria-hidden="true" />
        <span className="sr-only" aria-live="polite">
          {isCopied ? 'Copied' : ''}
        </span>
      </button>
    </Tooltip>
  );
}
