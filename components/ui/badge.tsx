import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './cx.ts';

export type Tone = 'running' | 'copying' | 'paused' | 'attention' | 'failed' | 'idle' | 'accent';

/** Text in a state's colour; the words never rely on it. */
export const TONE_TEXT: Readonly<Record<Tone, string>> = {
  running: 'text-running',
  copying: 'text-copying',
  paused: 'text-paused',
  attention: 'text-attention',
  failed: 'text-failed',
  idle: 'text-idle',
  accent: 'text-accent',
};

const TINT: Readonly<Record<Tone, string>> = {
  running: 'bg-running/10',
  copying: 'bg-copying/10',
  paused: 'bg-paused/10',
  attention: 'bg-attention/10',
  failed: 'bg-failed/10',
  idle: 'bg-idle/10',
  accent: 'bg-accent/10',
};

/** A word or two on a tint: kinds, modes, roles. */
export function Badge({
  tone = 'idle',
  icon: Icon,
  children,
}: {
  tone?: Tone;
  icon?: LucideIcon;
  children: ReactNode;
}) {
  return (
    <span
      className={cx(
        'inline-flex h-5 items-center gap-1 rounded-sm px-1.5 text-xs font-medium whitespace-nowrap',
        TONE_TEXT[tone],
        TINT[tone],
      )}
    >
      {Icon && <Icon className="size-3" aria-hidden="true" />}
      {children}
    </span>
  );
}
