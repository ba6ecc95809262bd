'use client';

import { Copy, KeyRound } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button.tsx';

/** A secret that is shown once: a link, a token. Selectable, and copied whole by one press. */
export function OneTime({ text, label, note }: { text: string; label: string; note: string }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <div className="rounded-md border border-accent/40 bg-accent/5 p-3">
      <p className="flex items-center gap-2 text-sm font-medium">
        <KeyRound className="size-4 text-accent" aria-hidden="true" />
        {label}
      </p>
      <output aria-label={label} className="mt-2 block font-mono text-xs break-all select-all">
        {text}
      </output>
      <div className="mt-3 flex flex-wrap items-center gap-3">
        <Button icon={Copy} onClick={() => void navigator.clipboard.writeText(text).then(() => setCopied(true))}>
          {isCopied ? 'Copied' : 'Copy'}
        </Button>
        <p className="min-w-0 flex-1 text-xs text-muted">{note}</p>
      </div>
    </div>
  );
}
