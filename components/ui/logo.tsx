export function Logo() {
  return (
    <span className="flex items-center gap-2.5 font-semibold tracking-tight">
      <svg viewBox="0 0 32 32" className="size-6" aria-hidden="true">
        <rect width="32" height="32" rx="8" className="fill-accent" />
        <path
          d="M6 19c4 0 4-6 8-6s4 6 8 6 4-3 4-3"
          fill="none"
          className="stroke-accent-ink"
          strokeWidth="2.6"
          strokeLinecap="round"
        />
        <path d="M6 24h20" className="stroke-accent-ink" strokeOpacity=".55" strokeWidth="2.6" strokeLinecap="round" />
      </svg>
      Philotes
    </span>
  );
}
