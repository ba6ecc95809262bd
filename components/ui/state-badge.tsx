import {
  CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleMinus,
  CirclePause,
  CircleSlash,
  CircleStop,
  CircleX,
  Clock,
  Copy,
  FastForward,
  Loader,
  type LucideIcon,
  RotateCcw,
} from 'lucide-react';
import { TONE_TEXT, type Tone } from './badge.tsx';
import { cx } from './cx.ts';

type Shown = { readonly tone: Tone; readonly icon: LucideIcon; readonly word: string };

/** Every state of pipelines, tables, dead letters, tests and people: colour, icon and word. */
const STATES: Readonly<Record<string, Shown>> = {
  draft: { tone: 'idle', icon: CircleDashed, word: 'Draft' },
  pending: { tone: 'idle', icon: Clock, word: 'Pending' },
  starting: { tone: 'copying', icon: Loader, word: 'Starting' },
  copying: { tone: 'copying', icon: Copy, word: 'Copying' },
  catching_up: { tone: 'copying', icon: FastForward, word: 'Catching up' },
  running: { tone: 'running', icon: CircleCheck, word: 'Running' },
  live: { tone: 'running', icon: CircleCheck, word: 'Live' },
  removing: { tone: 'paused', icon: CircleMinus, word: 'Being removed' },
  paused: { tone: 'paused', icon: CirclePause, word: 'Paused' },
  stopping: { tone: 'paused', icon: Loader, word: 'Stopping' },
  stopped: { tone: 'idle', icon: CircleStop, word: 'Stopped' },
  needs_attention: { tone: 'attention', icon: CircleAlert, word: 'Needs attention' },
  failed: { tone: 'failed', icon: CircleX, word: 'Failed' },
  open: { tone: 'attention', icon: CircleAlert, word: 'Open' },
  replay_requested: { tone: 'copying', icon: RotateCcw, word: 'Replaying' },
  replayed: { tone: 'running', icon: CircleCheck, word: 'Replayed' },
  discarded: { tone: 'idle', icon: CircleSlash, word: 'Discarded' },
  superseded: { tone: 'idle', icon: CircleCheck, word: 'Superseded' },
  ok: { tone: 'running', icon: CircleCheck, word: 'Fine' },
  warning: { tone: 'paused', icon: CircleAlert, word: 'Warning' },
  blocking: { tone: 'failed', icon: CircleX, word: 'Blocking' },
  active: { tone: 'running', icon: CircleCheck, word: 'Active' },
  invited: { tone: 'paused', icon: Clock, word: 'Invited' },
  'no-role': { tone: 'idle', icon: CircleSlash, word: 'No role' },
  disabled: { tone: 'idle', icon: CircleSlash, word: 'Disabled' },
  revoked: { tone: 'idle', icon: CircleSlash, word: 'Revoked' },
  expired: { tone: 'idle', icon: Clock, word: 'Expired' },
};

/** How a state is shown; an unknown one by its own name. */
export const shownState = (state: string): Shown =>
  STATES[state] ?? { tone: 'idle', icon: CircleDashed, word: state.replaceAll('_', ' ') };

/** Icon and word in the state's colour. */
export function StateBadge({ state, word }: { state: string; word?: string | undefined }) {
  const { tone, icon: Icon, word: usual } = shownState(state);
  return (
    <span
      className={cx(
        'inline-flex items-center gap-1.5 align-middle text-sm font-medium whitespace-nowrap',
        TONE_TEXT[tone],
      )}
    >
      <Icon className="size-4 shrink-0" aria-hidden="true" />
      {word ?? usual}
    </span>
  );
}
