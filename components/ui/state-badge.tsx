const TONES: Readonly<Record<string, { text: string; dot: string; label: string; moves?: true }>> = {
  draft: { text: 'text-muted', dot: 'bg-faint', label: 'Draft' },
  pending: { text: 'text-muted', dot: 'bg-faint', label: 'Pending' },
  starting: { text: 'text-busy', dot: 'bg-busy', label: 'Starting', moves: true },
  copying: { text: 'text-busy', dot: 'bg-busy', label: 'Copying', moves: true },
  catching_up: { text: 'text-busy', dot: 'bg-busy', label: 'Catching up', moves: true },
  running: { text: 'text-good', dot: 'bg-good', label: 'Running' },
  live: { text: 'text-good', dot: 'bg-good', label: 'Live' },
  paused: { text: 'text-warn', dot: 'bg-warn', label: 'Paused' },
  stopping: { text: 'text-warn', dot: 'bg-warn', label: 'Stopping', moves: true },
  stopped: { text: 'text-muted', dot: 'bg-faint', label: 'Stopped' },
  needs_attention: { text: 'text-bad', dot: 'bg-bad', label: 'Needs attention' },
};

export function StateBadge({ state }: { state: string }) {
  const tone = TONES[state] ?? { text: 'text-muted', dot: 'bg-faint', label: state };
  return (
    <span className={`inline-flex items-center gap-2 whitespace-nowrap text-sm font-medium ${tone.text}`}>
      <span
        className={`size-2 rounded-full ${tone.dot} ${'moves' in tone ? 'motion-safe:animate-pulse' : ''}`}
        aria-hidden="true"
      />
      {tone.label}
    </span>
  );
}
